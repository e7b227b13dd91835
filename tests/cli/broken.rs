//! `loom check` of projects whose links lead to ports that are gone.

use crate::FUNCTIONS;
use crate::stage::{Stage, graph};

#[test]
fn check_names_every_broken_link_with_its_port_and_what_heals_it() {
    let stage = Stage::new();
    let nodes = graph(&[
        "n number",
        "b both a<n",
        "lost add a=1 z<n",
        "low add a<b",
        "one lines z<n",
    ]);
    stage.project("P", FUNCTIONS, &nodes);
    let call = stage.loom(&["check", "P"]).exits(1);
    let problems: Vec<&str> = call.stdout.lines().collect();
    let expected = [
        "problem: \"Add\" (lost): The source has no input \"z\" any more: the link from \"Number\" is kept and carries \
         nothing until the input is back; write \"z\" in the source again, link to \"b\" instead, or remove the link",
        "problem: \"Both\" (b): The source has no output \"result\" any more: the link to \"Add\" is kept and carries \
         nothing until the output is back; write \"result\" in the source again, draw it to another port, or remove \
         the link",
        "problem: \"Lines\" (one): The source has no input \"z\" any more: the link from \"Number\" is kept and carries \
         nothing until the input is back; write \"z\" in the source again, link to \"a\" instead, or remove the link",
    ];
    for line in expected {
        assert!(problems.contains(&line), "{line}\n{}", call.stdout);
    }
}

#[test]
fn what_a_project_says_of_itself_cannot_rewrite_what_stands_on_the_terminal() {
    let stage = Stage::new();
    let project = stage.project("P", FUNCTIONS, &graph(&["n number"]));
    let line = "./evil.tar.gz \u{1b}[2K\rtidy==1.0 \u{202e}x";
    std::fs::write(project.join("requirements.txt"), line).unwrap();
    for arguments in [
        ["check", "P"].as_slice(),
        &["env", "plan", "P"],
        &["env", "allow", "P"],
    ] {
        let call = stage.loom(arguments);
        let told = format!("{}{}", call.stdout, call.stderr);
        assert!(
            told.contains("evil.tar.gz \\u{1b}[2K"),
            "{arguments:?}: {told}"
        );
        assert!(
            !told.contains(['\u{1b}', '\u{202e}']),
            "{arguments:?}: {told:?}"
        );
    }
}

#[cfg(unix)]
#[test]
fn requirements_that_lie_elsewhere_and_an_environment_of_somebody_else_are_not_believed() {
    let stage = Stage::new();
    let project = stage.project("P", FUNCTIONS, &graph(&["n number"]));
    let elsewhere = stage.folder.path().join("elsewhere");
    std::fs::write(&elsewhere, "canary @ file:///x\n").unwrap();
    std::os::unix::fs::symlink(&elsewhere, project.join("requirements.txt")).unwrap();
    let call = stage.loom(&["check", "P"]).exits(0);
    assert!(
        call.stdout.contains("leads out of the project"),
        "{}",
        call.stdout
    );
    assert!(!call.stdout.contains("canary"), "{}", call.stdout);
    std::fs::remove_file(project.join("requirements.txt")).unwrap();
    let python = project.join(".venv").join("bin");
    std::fs::create_dir_all(&python).unwrap();
    std::fs::write(python.join("python"), "").unwrap();
    std::fs::write(project.join(".venv/pyvenv.cfg"), "version = 3.99.1\n").unwrap();
    let call = stage
        .loom(&["env", "list", "P"])
        .exits(0)
        .says(&["did not build here"]);
    assert!(!call.stdout.contains("3.99"), "{}", call.stdout);
}
