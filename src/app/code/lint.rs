//! Lint: what `ruff` says of the source that is shown, where there is one. It gets the text by its input, a moment after
//! the last key; without it, or when it fails, nothing is said.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::{App, CodeEvent};
use crate::engine::python::child;
use crate::project::trust::Trusted;
use crate::ui::code::{Hint, Hints};

const AFTER: Duration = Duration::from_millis(500);
/// It answers in less than a tenth of a second.
const PATIENCE: Duration = Duration::from_secs(10);
/// More than these help nobody.
const MOST: usize = 100;

/// Which text was checked last.
#[derive(Debug, Default)]
pub(super) struct Linting {
    done: Option<(PathBuf, u64)>,
    due: Option<(PathBuf, u64, Instant)>,
    is_running: bool,
}

impl App {
    /// Check what is shown if it changed. Called every frame; an idle window is woken for it.
    pub(in crate::app) fn lint_code(&mut self) {
        let Some(project) = self.project.trusted().cloned() else {
            return;
        };
        let linting = &mut self.project.code.linting;
        let Some(file) = self
            .project
            .panels
            .code
            .shown()
            .filter(|_| !linting.is_running)
        else {
            return;
        };
        if file.read_only.is_some() {
            return;
        }
        let now_shown = (file.path.clone(), file.revision());
        if linting.done.as_ref() == Some(&now_shown) {
            return;
        }
        let (path, revision) = now_shown.clone();
        let now = Instant::now();
        let due = match &linting.due {
            Some((of, at, due)) if *of == path && *at == revision => *due,
            _ => {
                linting.due = Some((path.clone(), revision, now + AFTER));
                now + AFTER
            }
        };
        if now < due {
            self.services.context.request_repaint_after(due - now);
            return;
        }
        linting.done = Some(now_shown);
        linting.is_running = true;
        let text = file.text().to_owned();
        // What lies in a project's environment is run only after the user has run the project: until then it may have
        // come along.
        let is_run = self.project.run.status().is_some();
        let own = is_run.then(|| in_environment(&project));
        let on_path = child::on_path("ruff", &project);
        let programs: Vec<PathBuf> = own.into_iter().chain(on_path).collect();
        self.in_background(move || {
            let said = programs
                .iter()
                .find_map(|program| ask(program, &path, &text));
            let hints = said.map(|said| hints(&said)).unwrap_or_default();
            CodeEvent::Linted {
                path,
                revision,
                hints,
            }
        });
    }

    pub(super) fn code_linted(&mut self, path: &Path, revision: u64, hints: Vec<Hint>) {
        self.project.code.linting.is_running = false;
        if let Some(file) = self.project.panels.code.file_mut(path) {
            file.hints = Hints {
                of_revision: revision,
                all: hints,
            };
        }
    }
}

fn in_environment(project: &Trusted) -> PathBuf {
    let environment = project.join(crate::engine::python::FOLDER);
    if cfg!(windows) {
        environment.join("Scripts").join("ruff.exe")
    } else {
        environment.join("bin").join("ruff")
    }
}

/// What a program says of a text, as JSON; `None`: there is none, or it fails.
fn ask(program: &Path, file: &Path, text: &str) -> Option<String> {
    let mut child = Command::new(program)
        .args([
            "check",
            "--quiet",
            "--no-cache",
            "--no-fix",
            "--exit-zero",
            "--output-format",
            "json",
        ])
        .arg("--stdin-filename")
        .arg(file)
        .arg("-")
        .current_dir(file.parent().filter(|folder| folder.is_dir())?)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let (mut input, mut output) = (child.stdin.take()?, child.stdout.take()?);
    let start = Instant::now();
    let said = std::thread::scope(|scope| {
        scope.spawn(move || input.write_all(text.as_bytes()).ok());
        let reader = scope.spawn(move || {
            let mut said = String::new();
            output.read_to_string(&mut said).ok().map(|_| said)
        });
        while start.elapsed() < PATIENCE && matches!(child.try_wait(), Ok(None)) {
            std::thread::sleep(Duration::from_millis(5));
        }
        // One that does not end is ended; one that has is not there any more.
        child.kill().ok();
        child.wait().ok();
        reader.join().ok().flatten()
    })?;
    (!said.trim().is_empty()).then_some(said)
}

/// The messages; what the source's own reader says too is left out.
fn hints(said: &str) -> Vec<Hint> {
    let Ok(serde_json::Value::Array(all)) = serde_json::from_str(said) else {
        return Vec::new();
    };
    let hint = |one: &serde_json::Value| {
        let code = one.get("code")?.as_str()?;
        let line = one.get("location")?.get("row")?.as_u64()?;
        Some(Hint {
            line: u32::try_from(line).ok()?,
            code: code.to_owned(),
            message: one.get("message")?.as_str()?.to_owned(),
        })
    };
    let hints = all.iter().filter_map(hint);
    hints
        .filter(|hint| hint.code != "invalid-syntax")
        .take(MOST)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_read_and_what_is_none_says_nothing() {
        let said = r#"[{"code": "F401", "location": {"column": 8, "row": 1}, "message": "`os` imported but unused"},
            {"code": null, "location": {"row": 2}, "message": "SyntaxError"},
            {"code": "invalid-syntax", "location": {"row": 2}, "message": "x"}, {"row": 1}, 7]"#;
        let told = hints(said);
        assert_eq!(told.len(), 1);
        assert_eq!((told[0].line, &*told[0].code), (1, "F401"));
        for said in ["", "{}", "[", "null"] {
            assert_eq!(hints(said), []);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_program_gets_the_text_and_one_that_is_missing_or_fails_says_nothing() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("mine.py");
        let program = |text: &str| {
            let path = folder.path().join("ruff");
            std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
            path
        };
        let big = "x = 1\n".repeat(100_000);
        assert_eq!(
            ask(&program("cat"), &file, &big).as_deref(),
            Some(&*big),
            "more than a pipe holds"
        );
        assert_eq!(ask(&program("exit 2"), &file, "x"), None);
        assert_eq!(ask(&folder.path().join("no ruff"), &file, "x"), None);
    }
}
