//! Tests of environments, with real interpreters and tools and without a network.

use std::fs;
use std::process::Command;

use tempfile::TempDir;

use super::child::Ending;
#[cfg(unix)]
use super::child::Outcome;
use super::*;
use crate::project::requirements;
use crate::project::trust::Trusted;

/// A project's folder and what is wanted of it.
pub fn project() -> (TempDir, Wanted) {
    let folder = tempfile::tempdir().unwrap();
    let root = crate::paths::full(folder.path()).unwrap();
    let wanted = Wanted {
        project: Trusted::of_test(&root.join("My project")),
        seals: root.join("environments"),
        python_version: None,
        tools: root.join("tools"),
        program: root.join("program"),
        needs: Vec::new(),
        confirmed: Confirmed::default(),
    };
    fs::create_dir(&wanted.project).unwrap();
    (folder, wanted)
}

fn prepared(wanted: &Wanted) -> Result<Environment, EnvironmentError> {
    prepare(wanted, &mut |_| (), &CancelFlag::default())
}

/// Somebody said yes to all that the project's requirements ask for.
pub fn confirm(wanted: &mut Wanted) {
    let text = fs::read_to_string(wanted.project.join("requirements.txt")).unwrap();
    let lines = requirements::unconfirmed(&text, &wanted.confirmed);
    wanted.confirmed = std::mem::take(&mut wanted.confirmed).with(&lines);
}

pub fn python(environment: &Path, code: &str) -> String {
    let mut command = Command::new(interpreter(environment));
    let output = command.args(["-I", "-c", code]).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    assert!(output.status.success(), "{code}: {output:?}");
    text
}

/// A wheel with a module and a script, made by hand so that installing it needs no network.
fn write_wheel(project: &Path) {
    const CODE: &str = r#"
import zipfile
with zipfile.ZipFile("tiny-1.0-py3-none-any.whl", "w") as wheel:
    wheel.writestr("tiny.py", "def main(): print('tiny runs')\n")
    info = "tiny-1.0.dist-info/"
    wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n")
    wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
    wheel.writestr(info + "entry_points.txt", "[console_scripts]\ntiny = tiny:main\n")
    wheel.writestr(info + "RECORD", "tiny.py,,\n" + "".join(f"{info}{n},,\n" for n in ("METADATA", "WHEEL", "RECORD")))
"#;
    let found = find::find(None, project, &CancelFlag::default()).unwrap();
    let mut command = child::command(found.program, project);
    command.args(["-c", CODE]);
    let outcome = child::run(command, None, &mut |_| (), &CancelFlag::default());
    assert!(matches!(outcome.ending, Ending::Done), "{outcome:?}");
}

#[test]
fn a_project_without_packages_gets_an_empty_environment_once() {
    let (_folder, wanted) = project();
    assert!(!is_current(&wanted));
    let environment = prepared(&wanted).unwrap();
    assert!(environment.is_new && is_current(&wanted));
    let place = wanted.project.join(FOLDER);
    assert_eq!(environment.python, interpreter(&place));
    let prefix = python(&place, "import sys; print(sys.prefix)");
    assert_eq!(crate::paths::full(Path::new(&prefix)).unwrap(), place);
    assert!(place.join(".gitignore").is_file());
    assert!(!prepared(&wanted).unwrap().is_new);
    // Comments are no change, a wish for a version is one.
    fs::write(wanted.project.join("requirements.txt"), "# nothing\n\n").unwrap();
    assert!(is_current(&wanted));
    let other = Wanted {
        python_version: Some("3".to_owned()),
        ..wanted.clone()
    };
    assert!(!is_current(&other));
    // An interpreter that is gone is noticed.
    fs::remove_file(interpreter(&place)).unwrap();
    assert!(!is_current(&wanted));
}

#[test]
fn packages_are_installed_by_uv_and_by_pip_and_their_scripts_run() {
    let (_folder, wanted) = project();
    write_wheel(&wanted.project);
    let requirements = wanted.project.join("requirements.txt");
    let place = wanted.project.join(FOLDER);
    let cancel = CancelFlag::default();
    let uv = uv::find(&wanted);
    let with_uv = uv.is_some();
    // By pip first, then by uv where there is one.
    for (i, uv) in [None, uv]
        .into_iter()
        .take(1 + usize::from(with_uv))
        .enumerate()
    {
        fs::write(
            &requirements,
            format!("./tiny-1.0-py3-none-any.whl\n#{i}\n--no-index\n"),
        )
        .unwrap();
        let stamp = stamp::Stamp::wanted(&wanted).unwrap();
        let tools = build::Tools {
            python: Some(find::find(None, &wanted.project, &cancel).unwrap()),
            uv,
        };
        tools
            .build(&wanted, &stamp, None, &mut |_| (), &cancel)
            .unwrap();
        assert_eq!(python(&place, "import tiny; tiny.main()"), "tiny runs");
        let output = Command::new(script(&place, "tiny")).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "tiny runs");
        assert!(is_current(&wanted));
        fs::remove_file(place.join("loom-environment.txt")).unwrap();
    }
}

#[test]
fn two_that_lack_uv_fetch_it_once() {
    let (_folder, wanted) = project();
    fs::create_dir_all(&wanted.tools).unwrap();
    let others = lockable(&wanted.tools.join("uv.lock")).unwrap();
    others.lock().unwrap();
    let mut others = Some(others);
    let cancel = CancelFlag::default();
    let python = find::find(None, &wanted.project, &cancel).unwrap();
    let fetched = script(&wanted.tools.join("uv"), "uv");
    let mut steps = Vec::new();
    let mut tell = |step| {
        steps.push(step);
        // The other one is done.
        fs::create_dir_all(fetched.parent().unwrap()).unwrap();
        fs::write(&fetched, "").unwrap();
        others.take();
    };
    let uv = uv::fetch(&wanted, &python, &mut tell, &cancel).unwrap();
    assert_eq!(uv, uv::find(&wanted));
    let waiting = "Waiting for another project that fetches uv".to_owned();
    assert_eq!(steps, [Progress::Step(waiting)]);

    let others = lockable(&wanted.tools.join("uv.lock")).unwrap();
    others.lock().unwrap();
    let mut stop = |_| cancel.cancel();
    let stopped = uv::fetch(&wanted, &python, &mut stop, &cancel);
    assert!(matches!(stopped, Err(EnvironmentError::Cancelled)));
}

#[test]
fn a_build_that_fails_says_why_and_leaves_the_old_environment_working() {
    let (_folder, wanted) = project();
    prepared(&wanted).unwrap();
    let requirements = wanted.project.join("requirements.txt");
    fs::write(&requirements, "--no-index\nno-such-package-of-loom==1\n").unwrap();
    let stamp = stamp::Stamp::wanted(&wanted).unwrap();
    let cancel = CancelFlag::default();
    let tools = build::Tools {
        python: Some(find::find(None, &wanted.project, &cancel).unwrap()),
        uv: uv::find(&wanted),
    };
    let mut steps = Vec::new();
    let error = tools
        .build(&wanted, &stamp, None, &mut |p| steps.push(p), &cancel)
        .unwrap_err();
    let message = error.to_string();
    assert!(message.contains("no-such-package-of-loom"), "{message}");
    assert!(message.contains("requirements.txt"), "{message}");
    assert!(!error.output().is_empty());
    assert!(steps.iter().any(|step| matches!(step, Progress::Step(_))));
    assert!(steps.iter().any(|step| matches!(step, Progress::Output(_))));
    assert_eq!(python(&wanted.project.join(FOLDER), "print(1)"), "1");
    assert!(!wanted.project.join(".venv.new").exists());
    fs::remove_file(&requirements).unwrap();
    assert!(!prepared(&wanted).unwrap().is_new, "the old one still fits");
}

#[test]
fn a_build_that_is_stopped_leaves_the_old_environment() {
    let (_folder, wanted) = project();
    prepared(&wanted).unwrap();
    let again = Wanted {
        python_version: Some("3".to_owned()),
        ..wanted.clone()
    };
    let cancel = CancelFlag::default();
    let stop_at_once = cancel.clone();
    let result = prepare(&again, &mut |_| stop_at_once.cancel(), &cancel);
    assert!(
        matches!(result, Err(EnvironmentError::Cancelled)),
        "{result:?}"
    );
    assert!(is_current(&wanted));
}

#[test]
fn an_environment_of_somebody_else_is_kept_aside() {
    let (_folder, wanted) = project();
    let place = wanted.project.join(FOLDER);
    fs::create_dir(&place).unwrap();
    fs::write(place.join("mine.txt"), "mine").unwrap();
    prepared(&wanted).unwrap();
    let kept = wanted.project.join(".venv.before-loom").join("mine.txt");
    assert_eq!(fs::read(kept).unwrap(), b"mine");
}

#[test]
fn an_environment_that_a_crash_left_aside_is_put_back() {
    let (_folder, wanted) = project();
    prepared(&wanted).unwrap();
    let place = wanted.project.join(FOLDER);
    fs::rename(&place, wanted.project.join(".venv.old")).unwrap();
    let left = [".venv.new", ".venv.requirements.txt"].map(|name| wanted.project.join(name));
    fs::create_dir(&left[0]).unwrap();
    prepared(&wanted).unwrap();
    assert_eq!(python(&place, "print(1)"), "1");
    // Also where the environment itself is in order.
    fs::write(&left[1], "tiny").unwrap();
    assert!(!prepared(&wanted).unwrap().is_new);
    assert!(left.iter().all(|path| !path.exists()));
}

#[test]
fn what_comes_from_elsewhere_is_built_only_when_it_was_confirmed() {
    let (_folder, mut wanted) = project();
    write_wheel(&wanted.project);
    let write = |name: &str, text: &str| fs::write(wanted.project.join(name), text).unwrap();
    write("requirements.txt", "--no-index\n-r more.txt\n");
    write("more.txt", "\n./tiny-1.0-py3-none-any.whl\n");
    let refused = |wanted: &Wanted, parts: &[&str]| {
        let error = prepared(wanted).unwrap_err();
        let message = error.to_string();
        assert!(parts.iter().all(|part| message.contains(part)), "{message}");
        let EnvironmentError::Unconfirmed { lines } = error else {
            panic!("{message}");
        };
        assert_eq!(unconfirmed(wanted).unwrap(), lines);
        assert_eq!(lines.len(), parts.len(), "{lines:?}");
        assert!(!wanted.project.join(FOLDER).exists());
    };
    let tiny = "more.txt, line 2: ./tiny-1.0-py3-none-any.whl";
    let first = "requirements.txt, line 1: --no-index";
    refused(&wanted, &[first, "line 2: -r more.txt", tiny]);
    confirm(&mut wanted);
    // What a file holds that a line names is not confirmed with it.
    refused(&wanted, &[tiny]);
    let asked = unconfirmed(&wanted).unwrap();
    let lines = asked.iter().map(|asked| &asked.line);
    wanted.confirmed = std::mem::take(&mut wanted.confirmed).with(lines);
    prepared(&wanted).unwrap();
    let place = wanted.project.join(FOLDER);
    assert_eq!(python(&place, "import tiny; tiny.main()"), "tiny runs");
    // What stands is as it was made, whoever asks.
    wanted.confirmed = Confirmed::default();
    assert!(!prepared(&wanted).unwrap().is_new);
}

#[test]
fn files_that_requirements_name_count() {
    let (_folder, wanted) = project();
    let write = |name: &str, text: &str| fs::write(wanted.project.join(name), text).unwrap();
    let stamp = || stamp::Stamp::wanted(&wanted).unwrap();
    write("requirements.txt", "-r more.txt\n");
    write("more.txt", "# nothing\n");
    let without = stamp();
    write("limits.txt", "\n");
    write("more.txt", "--constraint=limits.txt\n-r requirements.txt\n");
    let with = stamp();
    assert_ne!(without, with);
    write("limits.txt", "numpy<3\n");
    assert_ne!(with, stamp());
}

#[cfg(unix)]
#[test]
fn a_renamed_project_keeps_its_environments_and_what_else_came_into_it_is_not_one() {
    let (_folder, mut wanted) = project();
    write_wheel(&wanted.project);
    prepared(&wanted).unwrap();
    let requirements = wanted.project.join("requirements.txt");
    fs::write(requirements, "./tiny-1.0-py3-none-any.whl\n").unwrap();
    confirm(&mut wanted);
    prepared(&wanted).unwrap();
    let rename = |wanted: &Wanted, name: &str| {
        let from = wanted.project.to_path_buf();
        let to = from.with_file_name(name);
        fs::rename(&from, &to).unwrap();
        moved(&from, &to, &wanted.seals).unwrap();
        Wanted {
            project: Trusted::of_test(&to),
            ..wanted.clone()
        }
    };
    let wanted = rename(&wanted, "New");
    assert!(is_current(&wanted));
    assert!(!prepared(&wanted).unwrap().is_new);
    let place = wanted.project.join(FOLDER);
    assert_eq!(python(&place, "import tiny; tiny.main()"), "tiny runs");
    // There and back again: both are still Loom's.
    let cancel = CancelFlag::default();
    back(&wanted, &mut |_| (), &cancel).unwrap();
    back(&wanted, &mut |_| (), &cancel).unwrap();
    // What was put into it meanwhile is not sealed by a new name.
    let site = crate::paths::site_packages(&place).unwrap();
    fs::write(site.join("evil.pth"), "import os\n").unwrap();
    let wanted = rename(&wanted, "Newer");
    assert!(!is_current(&wanted));
}

#[test]
fn a_version_that_is_nowhere_is_named_with_what_to_do() {
    let (_folder, wanted) = project();
    let error = find::find(Some("3.99"), &wanted.project, &CancelFlag::default()).unwrap_err();
    let message = error.to_string();
    assert!(
        message.contains("3.99") && message.contains("install"),
        "{message}"
    );
}

#[test]
fn what_a_tool_says_becomes_a_reason() {
    for (output, expected) in [
        (&[][..], "it said nothing"),
        (&["a", "ERROR: b", "c", ""], "b"),
        (&["error: a", "  cause: b.", "hint: c"], "a: b"),
        (&["error: a", "cause: b", "cause: c", "cause: d"], "a: b: c"),
        (&["cause: a", "(exit status: 1)"], "(exit status: 1)"),
        (&["a", "b", ""], "b"),
    ] {
        let output: Vec<String> = output.iter().map(|line| (*line).to_owned()).collect();
        assert_eq!(reason(&output), expected);
    }
}

#[cfg(unix)]
fn shell(
    script: &str,
    limit: Option<Duration>,
    cancel: &CancelFlag,
    on_line: &mut dyn FnMut(&str),
) -> Outcome {
    let mut command = child::command("sh", Path::new("/"));
    command.args(["-c", script]);
    child::run(command, limit, on_line, cancel)
}

/// Wait until a process is gone; one that nobody has reaped yet has no open files any more.
#[cfg(target_os = "linux")]
fn until_gone(process: &str) {
    let files = Path::new("/proc").join(process).join("fd");
    for _ in 0..200 {
        if !files.read_dir().is_ok_and(|mut open| open.next().is_some()) {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("process {process} still runs");
}

#[cfg(target_os = "linux")]
#[test]
fn a_tool_that_ends_or_is_stopped_takes_its_children_with_it() {
    for (script, is_stopped) in [
        ("sleep 600 & echo $!; wait", true),
        ("sleep 600 & echo $!", false),
    ] {
        let cancel = CancelFlag::default();
        let mut child = String::new();
        let outcome = shell(script, None, &cancel, &mut |line| {
            child = line.to_owned();
            if is_stopped {
                cancel.cancel();
            }
        });
        assert_eq!(
            matches!(outcome.ending, Ending::Cancelled),
            is_stopped,
            "{outcome:?}"
        );
        until_gone(&child);
    }
}

#[cfg(unix)]
#[test]
fn what_a_tool_prints_is_read_whatever_it_is() {
    let none = CancelFlag::default();
    for (script, expected) in [
        ("echo a; echo b >&2; sleep 600 & exit 0", &["a", "b"][..]),
        ("printf 'x\\ry\\n\\377z'", &["y", "\u{fffd}z"]),
        ("exit 3", &["(exit status: 3)"]),
    ] {
        let mut lines = shell(script, None, &none, &mut |_| ()).output;
        lines.sort();
        assert_eq!(lines, expected, "{script}");
    }
    let slow = shell(
        "sleep 600",
        Some(Duration::from_millis(100)),
        &none,
        &mut |_| (),
    );
    assert!(matches!(slow.ending, Ending::Failed));
    assert!(slow.output[0].contains("too long"), "{slow:?}");
    let missing = child::run(
        child::command("/no/such/tool", Path::new("/")),
        None,
        &mut |_| (),
        &none,
    );
    assert!(
        missing.output[0].contains("cannot be started"),
        "{missing:?}"
    );
}
