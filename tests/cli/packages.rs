//! Node packages through the real program, with real uv and pip. The wheels are made here, and no network is asked.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use loom::paths::{Paths, Variables};
use loom::project::trust;
use serde_json::{Value as Json, json};

use crate::stage::{Call, Stage};
use crate::wheel::Wheel;

const HELPER: &str = "def square(x):\n    return x * x\n";

/// Nodes that lean on the package around them and on another one; being listed must not run them.
fn nodes(mark: &Path, factor: u32) -> String {
    format!(
        "from shapes_core import PI\n\nfrom .inner import square\n\nopen({:?}, 'w').close()\n\n\n\
         def circle(radius: float = 1.0) -> float:\n    \"\"\"Area of a circle.\"\"\"\n    return PI * square(radius) * {factor}\n",
        mark.to_str().unwrap()
    )
}

/// `loom-shapes`, which needs `shapes-core`; both lie in the folder that is returned with it.
fn shapes(stage: &Stage, version: &str, factor: u32) -> (PathBuf, PathBuf) {
    let index = stage.folder.path().join("index");
    let text = nodes(&mark(stage), factor);
    let files = [
        ("loom_shapes/__init__.py", ""),
        ("loom_shapes/inner.py", HELPER),
        ("loom_shapes/nodes.py", &text),
    ];
    let wheel = Wheel {
        name: "loom-shapes",
        version,
        families: "Round shapes = loom_shapes.nodes",
        requires: "shapes-core>=1",
        files: &files,
    };
    let core = Wheel {
        name: "shapes-core",
        version: "1.0",
        families: "",
        requires: "",
        files: &[("shapes_core.py", "PI = 3\n")],
    };
    core.make(&index);
    (wheel.make(&index), index)
}

/// A file that the nodes of `loom-shapes` write when their module is run.
fn mark(stage: &Stage) -> PathBuf {
    stage.folder.path().join("was run")
}

/// A call that finds packages in `index` alone.
fn loom(stage: &Stage, index: &Path, arguments: &[&str]) -> Call {
    let mut command = stage.command(arguments);
    for (name, value) in [("UV_OFFLINE", "1"), ("PIP_NO_INDEX", "1")] {
        command.env(name, value);
    }
    for name in ["UV_FIND_LINKS", "PIP_FIND_LINKS"] {
        command.env(name, index);
    }
    command.output().unwrap().into()
}

/// A project with one node, `circle` of a package.
fn project(stage: &Stage) -> PathBuf {
    let graph = json!({
        "formatVersion": 2, "minReader": 2, "projectId": "test", "projectName": "Test", "metadata": {},
        "nodes": [{"nodeId": "node_1", "name": "circle", "position": {"x": 0, "y": 0},
            "input": [{"var": "radius", "value": 2}], "output": ["result"], "ref": "package",
            "entryFunction": "circle"}],
        "connections": []
    });
    let folder = stage.project("Test", "", &graph);
    fs::write(folder.join("requirements.txt"), "# mine\n").unwrap();
    folder
}

fn requirements(project: &Path) -> String {
    fs::read_to_string(project.join("requirements.txt")).unwrap()
}

/// Is the project as it was trusted, but for what Loom itself changed?
fn is_trusted(stage: &Stage, project: &Path) -> bool {
    let paths = Paths::find(Some(&stage.userdata()), &Variables::load()).unwrap();
    trust::look(project, &paths).trusted.is_some()
}

fn wheels(project: &Path) -> Vec<String> {
    let entries = fs::read_dir(project.join("packages"));
    let names = entries.into_iter().flatten().flatten();
    names
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect()
}

#[test]
fn a_wheel_is_listed_installed_upgraded_and_removed() {
    let stage = Stage::new();
    let project = project(&stage);
    let (wheel, index) = shapes(&stage, "1.0", 1);
    let wheel = wheel.to_str().unwrap();
    let call = |arguments: &[&str]| loom(&stage, &index, arguments);

    trust::born(&project, &stage.userdata()).unwrap();
    // Without a word nothing is installed.
    let shown = call(&["package", "show", wheel, "--project", "Test"])
        .exits(0)
        .stdout;
    for part in [
        "loom-shapes 1.0: For tests",
        "Round shapes",
        "package:circle",
        "Area of a circle.",
        "Python >=3.11",
        "shapes-core>=1",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let asked = call(&["package", "add", "Test", wheel]).exits(2);
    assert_eq!(asked.stdout, shown);
    assert!(asked.stderr.contains("--yes"), "{asked:?}");
    assert_eq!(requirements(&project), "# mine\n");
    assert!(!project.join(".venv").exists());
    call(&["run", "Test"]).exits(1).says(&["circle"]);

    call(&["package", "add", "Test", wheel, "--yes"]).exits(0);
    let name = "loom_shapes-1.0-py3-none-any.whl";
    assert_eq!(
        requirements(&project),
        format!("# mine\n./packages/{name}\n")
    );
    assert_eq!(wheels(&project), [name]);
    let listed = call(&["package", "list", "Test"]).exits(0).stdout;
    assert!(
        listed.contains("loom-shapes") && listed.contains("Round shapes"),
        "{listed}"
    );
    assert!(!listed.contains("shapes-core"), "{listed}");
    assert!(is_trusted(&stage, &project), "Loom itself wrote it");
    let known = call(&["nodes", "Test", "--json"]).exits(0).stdout;
    let known: Json = serde_json::from_str(&known).unwrap();
    let mut kinds = known.as_array().unwrap().iter();
    let circle = kinds.find(|kind| kind["id"] == "package:circle").unwrap();
    assert_eq!(circle["family"], "Round shapes");
    assert!(!mark(&stage).exists(), "a node was run to be listed");

    let print = ["run", "Test", "--print", "node_1.result"];
    call(&print).exits(0).prints("12.0\n");
    assert!(mark(&stage).exists());

    // A newer one takes the place of the old one, and the graph has the same node.
    let (newer, _) = shapes(&stage, "1.1", 10);
    call(&["package", "add", "Test", newer.to_str().unwrap(), "--yes"]).exits(0);
    assert_eq!(wheels(&project), ["loom_shapes-1.1-py3-none-any.whl"]);
    assert_eq!(requirements(&project).lines().count(), 2);
    call(&print).exits(0).prints("120.0\n");

    // The same version, built anew.
    let (again, _) = shapes(&stage, "1.1", 100);
    call(&["package", "add", "Test", again.to_str().unwrap(), "--yes"]).exits(0);
    call(&print).exits(0).prints("1200.0\n");

    // The one that it carries.
    let own = project
        .join("packages")
        .join("loom_shapes-1.1-py3-none-any.whl");
    call(&["package", "add", "Test", own.to_str().unwrap(), "--yes"]).exits(0);
    assert!(own.is_file());

    // A project that was sent elsewhere builds its environment from what it carries.
    fs::remove_dir_all(project.join(".venv")).unwrap();
    call(&print).exits(0).prints("1200.0\n");

    call(&["package", "remove", "Test", "Loom_Shapes"]).exits(0);
    assert_eq!(requirements(&project), "# mine\n");
    assert!(!project.join("packages").exists());
    assert!(is_trusted(&stage, &project));
    call(&["package", "list", "Test"]).exits(0).prints("");
    call(&["package", "remove", "Test", "loom-shapes"])
        .exits(2)
        .says(&["it has none"]);
    let plain = crate::stage::python(
        &project,
        "import importlib.util as u; print(u.find_spec('shapes_core'))",
    );
    assert_eq!(plain, "None");
}

#[test]
fn a_package_of_the_index_and_one_that_cannot_be_installed() {
    let stage = Stage::new();
    let project = project(&stage);
    let (_, index) = shapes(&stage, "1.0", 1);
    let bad = Wheel {
        name: "loom-bad",
        version: "1",
        families: "Bad = loom_bad\nLost = loom_lost",
        requires: "no-such-package-anywhere",
        files: &[(
            "loom_bad.py",
            "def circle(a: int) -> int:\n    return a\n\n\ndef add(a: int) -> int:\n    return a\n",
        )],
    };
    bad.make(&index);
    let call = |arguments: &[&str]| loom(&stage, &index, arguments);
    call(&["package", "add", "Test", "loom-shapes<2", "-y"]).exits(0);
    assert_eq!(requirements(&project), "# mine\nloom-shapes<2\n");
    let print = ["run", "Test", "--print", "node_1.result"];
    call(&print).exits(0).prints("12.0\n");

    let shown = call(&["package", "show", "loom-bad", "--project", "Test"])
        .exits(0)
        .stdout;
    for part in [
        "circle is a node of loom-shapes as well, and only that of loom-bad is used",
        "Loom itself has a node add too",
        "the family Lost is missing: the package has no module loom_lost",
        "no-such-package-anywhere",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let failed = call(&["package", "add", "Test", "loom-bad", "--yes"]).exits(3);
    assert!(
        failed.stderr.contains("no-such-package-anywhere"),
        "{failed:?}"
    );
    assert_eq!(requirements(&project), "# mine\nloom-shapes<2\n");
    call(&print).exits(0).prints("12.0\n");

    for (what, why) in [
        ("shapes-core", "it brings no nodes"),
        ("no/such/folder", "is no package"),
        ("--index-url=x", "unexpected argument"),
        ("loom-nowhere", "loom-nowhere"),
    ] {
        let code = if what == "loom-nowhere" { 3 } else { 2 };
        call(&["package", "show", what]).exits(code).says(&[why]);
    }
}

#[test]
fn a_folder_of_node_files_becomes_a_part_of_the_project() {
    let stage = Stage::new();
    let folder = stage.folder.path().join("shapes");
    fs::create_dir(&folder).unwrap();
    let text_of = |requirement: &str| {
        format!(
            "# /// script\n# dependencies = [\"{requirement}\"]\n# ///\n\n\ndef circle(radius: float = 1.0) -> float:\n    \
             import shapes_core\n\n    return radius * shapes_core.PI\n"
        )
    };
    fs::write(folder.join("round.py"), text_of("shapes-core")).unwrap();
    let project = project(&stage);
    let (_, index) = shapes(&stage, "1.0", 1);
    let call = |arguments: &[&str]| loom(&stage, &index, arguments);
    trust::born(&project, &stage.userdata()).unwrap();
    call(&["run", "Test"]).exits(1);
    let has_core = "import importlib.util as u; print(u.find_spec('shapes_core') is not None)";
    assert_eq!(crate::stage::python(&project, has_core), "False");
    let shown = call(&["package", "add", "Test", folder.to_str().unwrap(), "--yes"])
        .exits(0)
        .stdout;
    assert!(shown.contains("shapes-core"), "{shown}");
    assert!(is_trusted(&stage, &project), "Loom itself wrote it");
    assert!(
        project
            .join("nodes")
            .join("shapes")
            .join("round.py")
            .is_file()
    );
    assert_eq!(requirements(&project), "# mine\n");
    // What its file names is installed now that a node of it is used.
    let ask_for = |requirement: &str| {
        let file = project.join("nodes").join("shapes").join("round.py");
        fs::write(file, text_of(requirement)).unwrap();
    };
    let print = ["run", "Test", "--print", "node_1.result"];
    call(&print).exits(0).prints("6.0\n");
    assert_eq!(crate::stage::python(&project, has_core), "True");
    assert_eq!(requirements(&project), "# mine\n");
    // What cannot be had is named with the file that asks for it, and the environment stays.
    assert!(is_trusted(&stage, &project));
    ask_for("shapes-core>=7");
    let failed = call(&print).exits(3);
    assert!(!is_trusted(&stage, &project), "a run is no answer");
    let named = "round.py asks for shapes-core>=7";
    assert!(failed.stderr.contains(named), "{failed:#?}");
    assert_eq!(crate::stage::python(&project, has_core), "True");
    // So is a conflict with the requirements.
    fs::write(project.join("requirements.txt"), "shapes-core<1\n").unwrap();
    ask_for("shapes-core>=1");
    let failed = call(&print).exits(3);
    assert!(
        failed.stderr.contains("round.py asks for shapes-core>=1"),
        "{failed:#?}"
    );
    assert!(failed.stderr.contains("shapes-core<1"), "{failed:#?}");
    fs::write(project.join("requirements.txt"), "").unwrap();
    call(&print).exits(0).prints("6.0\n");
    call(&["package", "add", "Test", folder.to_str().unwrap(), "--yes"])
        .exits(2)
        .says(&["there is a folder of that name already"]);
}

#[test]
fn a_new_package_passes_its_own_tests_and_is_installed_and_run() {
    let stage = Stage::new();
    let index = stage.folder.path().join("index");
    fs::create_dir(&index).unwrap();
    let call = |arguments: &[&str]| loom(&stage, &index, arguments);
    let made = call(&["new-package", "loom-boxes"]).exits(0).stdout;
    let folder = stage.folder.path().join("loom-boxes");
    assert!(made.contains("loom-boxes"), "{made}");
    call(&["new-package", "loom-boxes"])
        .exits(2)
        .says(&["there is a folder of that name"]);
    call(&["new-package", "my boxes"])
        .exits(2)
        .says(&["cannot be a package's name"]);

    // The interpreter that `./x test` makes for the tests of Python.
    let python = crate::stage::root().join(".venv-test/bin/python");
    let tests = Command::new(python)
        .args(["-m", "pytest", "-q", "-p", "no:cacheprovider"])
        .current_dir(&folder)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&tests.stdout);
    assert!(
        tests.status.success() && told.contains("3 passed"),
        "{told}"
    );

    call(&["new", "Boxes"]).exits(0);
    let shown = call(&["package", "show", "loom-boxes"]).exits(0).stdout;
    assert!(
        shown.contains("Boxes") && shown.contains("package:rectangle"),
        "{shown}"
    );
    call(&["package", "add", "Boxes", "loom-boxes", "--yes"]).exits(0);
    let savefile = stage.userdata().join("Boxes").join("savefile.json");
    let mut graph: Json = serde_json::from_str(&fs::read_to_string(&savefile).unwrap()).unwrap();
    graph["nodes"] = json!([{"nodeId": "node_1", "name": "rectangle", "position": {"x": 0, "y": 0},
        "input": [{"var": "width", "value": 4}], "output": ["result"], "ref": "package",
        "entryFunction": "rectangle"}]);
    fs::write(&savefile, graph.to_string()).unwrap();
    call(&["run", "Boxes", "--print", "node_1.result"])
        .exits(0)
        .prints("8.0\n");
}
