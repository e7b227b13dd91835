//! Tests of changes of an environment, with real tools and an index of wheels in a folder, without a network.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::tests::{confirm, project, python};
use super::*;

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
    fs::create_dir_all(folder).unwrap();
    let found = find::find(None, folder, &CancelFlag::default()).unwrap();
    let mut command = Command::new(found.program);
    let done = command.args(["-c", CODE]).current_dir(folder).status();
    assert!(done.unwrap().success());
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
