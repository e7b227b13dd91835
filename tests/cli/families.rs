//! Modules of packages that know nothing of Loom, dropped into a project's `nodes/` as they are: those of the package
//! index, fetched by the project's own environment.

use std::fs;
use std::path::Path;

use serde_json::{Value as Json, json};

use crate::stage::{Stage, graph, python};

/// What the tests are written for; both are Python alone.
const PACKAGES: &str = "inflection==0.5.1\nmore-itertools==11.2.1\n";

/// Modules, how many nodes they are at least, and some of them.
const MODULES: [(&str, &str, usize, &[&str]); 2] = [
    (
        "inflection",
        "inflection",
        12,
        &["pluralize", "camelize", "ordinal"],
    ),
    (
        "more_itertools.recipes",
        "recipes",
        50,
        &["take", "dotproduct", "polynomial_eval", "random_product"],
    ),
];

#[test]
fn modules_of_the_package_index_become_families_and_their_nodes_run() {
    let stage = Stage::new();
    let project = stage.project("P", "", &graph(&[]));
    fs::write(project.join("requirements.txt"), PACKAGES).unwrap();
    stage.loom(&["run", "P"]).exits(0);
    for (module, file, ..) in MODULES {
        let code = format!("import importlib; print(importlib.import_module({module:?}).__file__)");
        let source = python(&project, &code);
        let to = project.join("nodes").join(format!("{file}.py"));
        fs::copy(Path::new(source.trim()), to).unwrap();
    }

    let call = stage.loom(&["nodes", "P", "--json"]).exits(0);
    let nodes: Vec<Json> = serde_json::from_str(&call.stdout).unwrap();
    for (_, file, count, wanted) in MODULES {
        let ending = format!("{file}.py");
        let is_of = |node: &&Json| {
            node["file"]
                .as_str()
                .is_some_and(|it| it.ends_with(&ending))
        };
        let of_file: Vec<&Json> = nodes.iter().filter(is_of).collect();
        assert!(of_file.len() >= count, "{file}: {}", of_file.len());
        for node in &of_file {
            assert!(node.get("error").is_none(), "{node}");
            let id = node["id"].as_str().unwrap();
            assert!(!id.starts_with("project:_"), "{id}");
        }
        for function in wanted {
            let id = format!("project:{function}");
            assert!(of_file.iter().any(|node| node["id"] == *id), "{id}");
        }
    }

    let nodes = graph(&[
        "many pluralize word=\"octopus\"",
        "camel camelize string=\"under_score\" uppercase_first_letter=false",
        "title titleize word<camel",
        "nth ordinal number=3",
        "first take n=2 iterable=[7,8,9]",
        "dot dotproduct vec1<first vec2=[10,1]",
        "poly polynomial_eval coefficients=[1,-4,-17,60] x=2.5",
        "all all_equal iterable=[1,1,1]",
        "pairs grouper iterable=[1,2,3] n=2 fillvalue=0",
    ]);
    stage.project("P", "", &nodes);
    stage.loom(&["check", "P"]).exits(0);
    let call = stage.loom(&["run", "P", "--json"]);
    assert_eq!(call.code, Some(0), "{call:#?}");
    let ended = &call.events("run_finished")[0];
    assert_eq!((&ended["status"], &ended["ran"]), (&json!("ok"), &json!(9)));
    let prints = ["many", "camel", "title", "nth", "dot", "poly", "all"];
    let mut arguments = vec!["run", "P"];
    let ports: Vec<String> = prints.iter().map(|node| format!("{node}.result")).collect();
    for port in &ports {
        arguments.extend(["--print", port]);
    }
    let call = stage.loom(&arguments).exits(0);
    let lines: Vec<&str> = call.stdout.lines().collect();
    assert_eq!(
        lines,
        [
            "octopi",
            "underScore",
            "Under Score",
            "rd",
            "78",
            "8.125",
            "True"
        ]
    );
}
