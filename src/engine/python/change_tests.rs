//! Tests of changes of an environment, with real tools and an index of wheels in a folder, without a network.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::tests::{confirm, project, python};
use super::*;
use crate::project::requirements;

/// Run Python in a folder, which is made if it is not there.
fn run_code(folder: &Path, code: &str) {
    fs::create_dir_all(folder).unwrap();
    let found = find::find(None, folder, &CancelFlag::default()).unwrap();
    let mut command = Command::new(found.program);
    let done = command.args(["-c", code]).current_dir(folder).status();
    assert!(done.unwrap().success());
}

/// Wheels: `tiny` 1.0 and 2.0, `shapes` 1.0 which needs tiny<2, and `broken`, which cannot be imported.
fn write_wheels(folder: &Path) {
    const CODE: &str = r#"
import zipfile
def wheel(name, version, code, needs=()):
    info = f"{name}-{version}.dist-info/"
    head = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    files = {
        f"{name}.py": code,
        info + "METADATA": head + "".join(f"Requires-Dist: {need}\n" for need in needs),
        info + "WHEEL": "Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    with zipfile.ZipFile(f"{name}-{version}-py3-none-any.whl", "w") as file:
        for path, text in files.items():
            file.writestr(path, text)
        record = "".join(f"{path},,{len(text)}\n" for path, text in files.items())
        file.writestr(info + "RECORD", record + info + "RECORD,,\n")
wheel("tiny", "1.0", "version = 1\n")
wheel("tiny", "2.0", "version = 2\n")
wheel("shapes", "1.0", "import tiny\n", ["tiny<2"])
wheel("broken", "1.0", "import a_module_that_is_nowhere\n")
"#;
    run_code(folder, CODE);
}

fn changed(wanted: &Wanted, change: &Change) -> Result<Plan, EnvironmentError> {
    let cancel = CancelFlag::default();
    let plan = plan(wanted, change, &mut |_| (), &cancel)?;
    apply(wanted, &plan, &mut |_| (), &cancel)?;
    Ok(plan)
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn step(name: &str, from: Option<&str>, to: Option<&str>) -> Step {
    Step {
        name: name.to_owned(),
        from: from.map(str::to_owned),
        to: to.map(str::to_owned),
        // A folder of wheels tells none.
        size_bytes: None,
    }
}

const HEAD: &str = "# mine\n--no-index\n--find-links ./wheels\n";

#[test]
fn a_change_is_planned_made_and_taken_back_and_a_refused_one_changes_nothing() {
    let (_folder, mut wanted) = project();
    let folder = wanted.project.clone();
    write_wheels(&folder.join("wheels"));
    let text = || fs::read_to_string(folder.join("requirements.txt")).unwrap();
    let place = folder.join(FOLDER);
    fs::write(folder.join("requirements.txt"), HEAD).unwrap();

    let error = changed(&wanted, &Change::Add(names(&["tiny"]))).unwrap_err();
    assert!(
        matches!(&error, EnvironmentError::Unconfirmed { lines } if lines.len() == 2),
        "{error:?}"
    );
    confirm(&mut wanted);
    let plan = changed(&wanted, &Change::Add(names(&["tiny"]))).unwrap();
    assert_eq!(plan.steps, [step("tiny", None, Some("2.0"))]);
    assert_eq!(text(), format!("{HEAD}tiny\n"));
    assert_eq!(python(&place, "import tiny; print(tiny.version)"), "2");
    assert!(is_current(&wanted));
    let locked = fs::read_to_string(folder.join("requirements.lock")).unwrap();
    assert!(locked.contains("tiny==2.0"), "{locked}");

    // Who asks for what is told, and nothing is changed.
    let error = changed(&wanted, &Change::Add(names(&["shapes", "tiny>=2"]))).unwrap_err();
    let message = error.to_string();
    assert!(
        matches!(error, EnvironmentError::Conflict { .. }),
        "{error:?}"
    );
    assert!(
        message.contains("shapes") && message.contains("tiny<2"),
        "{message}"
    );
    // One that is installed and does not work does not take the place of one that does.
    let error = changed(&wanted, &Change::Add(names(&["broken"]))).unwrap_err();
    let message = error.to_string();
    assert!(message.contains("a_module_that_is_nowhere"), "{message}");
    assert_eq!(text(), format!("{HEAD}tiny\n"));
    assert!(is_current(&wanted) && !folder.join(".venv.new").exists());

    let plan = changed(&wanted, &Change::Add(names(&["shapes"]))).unwrap();
    let down = step("tiny", Some("2.0"), Some("1.0"));
    assert_eq!(plan.steps, [step("shapes", None, Some("1.0")), down]);
    let listing = list(&folder);
    let packages = listing.packages.iter();
    let found: Vec<_> = packages.map(|package| package.name.as_str()).collect();
    assert_eq!(found, ["shapes", "tiny"]);
    assert_eq!(listing.packages[1].needed_by, ["shapes"]);
    assert!(listing.packages[1].size_bytes > 0);

    let return_to_it = || back(&wanted, &mut |_| (), &CancelFlag::default()).unwrap();
    return_to_it();
    assert_eq!(text(), format!("{HEAD}tiny\n"));
    assert_eq!(python(&place, "import tiny; print(tiny.version)"), "2");
    assert!(is_current(&wanted));
    return_to_it();
    assert_eq!(text(), format!("{HEAD}tiny\nshapes\n"));
    let code = "import shapes; print(shapes.tiny.version)";
    assert_eq!(python(&place, code), "1");
    assert!(is_current(&wanted));
    let plan = changed(&wanted, &Change::Remove(names(&["shapes"]))).unwrap();
    assert!(plan.steps.contains(&step("shapes", Some("1.0"), None)));
}

/// A package that is had as its source alone; to build it leaves a file beside its archive.
fn write_source(folder: &Path) {
    const CODE: &str = r#"
import io, pathlib, tarfile
backend = '''
import pathlib, zipfile
def build_wheel(folder, config_settings=None, metadata_directory=None):
    pathlib.Path(RAN).touch()
    name = "rare-1.0-py3-none-any.whl"
    with zipfile.ZipFile(pathlib.Path(folder, name), "w") as wheel:
        wheel.writestr("rare.py", "version = 1")
        wheel.writestr("rare-1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: rare\\nVersion: 1.0\\n")
        wheel.writestr("rare-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr("rare-1.0.dist-info/RECORD", "")
    return name
'''.replace("RAN", repr(str(pathlib.Path("ran").absolute())))
project = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
files = {
    "pyproject.toml": project + '[project]\nname = "rare"\ndynamic = ["version"]\n',
    "PKG-INFO": "Metadata-Version: 2.1\nName: rare\nVersion: 1.0\n",
    "backend.py": backend,
}
with tarfile.open("rare-1.0.tar.gz", "w:gz") as archive:
    for name, text in files.items():
        entry = tarfile.TarInfo("rare-1.0/" + name)
        entry.size = len(text.encode())
        archive.addfile(entry, io.BytesIO(text.encode()))
"#;
    run_code(folder, CODE);
}

#[test]
fn a_package_without_a_wheel_is_built_only_when_somebody_said_so() {
    let (_folder, mut wanted) = project();
    let folder = wanted.project.clone();
    let wheels = folder.join("wheels");
    write_source(&wheels);
    let ran = wheels.join("ran");
    fs::write(folder.join("requirements.txt"), format!("{HEAD}rare\n")).unwrap();
    confirm(&mut wanted);
    let cancel = CancelFlag::default();
    let text = fs::read_to_string(folder.join("requirements.txt")).unwrap();
    let python_here = || Some(find::find(None, &folder, &cancel).unwrap());
    for uv in [None, uv::find(&wanted)] {
        let tools = build::Tools {
            python: python_here(),
            uv,
        };
        let question = resolve::Question {
            tools: &tools,
            wanted: &wanted,
            text: &text,
            renew: &Renew::All,
        };
        let error = question.resolve(&mut |_| (), &cancel).unwrap_err();
        let EnvironmentError::Unconfirmed { lines } = &error else {
            panic!("{error:?}");
        };
        assert_eq!(lines[0].line, requirements::built("rare"));
        let message = error.to_string();
        assert!(message.contains("no wheel of rare"), "{message}");
        assert!(message.contains("runs code of its own"), "{message}");
        assert!(!ran.exists(), "nobody said so");
    }
    let run = |wanted: &Wanted| prepare(wanted, &mut |_| (), &cancel);
    let error = run(&wanted).unwrap_err();
    assert!(
        matches!(error, EnvironmentError::Unconfirmed { .. }),
        "{error:?}"
    );
    assert!(!ran.exists() && !folder.join(FOLDER).exists());
    wanted.confirmed = std::mem::take(&mut wanted.confirmed).with(&[requirements::built("rare")]);
    run(&wanted).unwrap();
    assert!(ran.exists());
    let code = "import rare; print(rare.version)";
    assert_eq!(python(&folder.join(FOLDER), code), "1");
}
