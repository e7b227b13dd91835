//! Calls of the real `loom` on projects in temporary folders, and what came of them. For `tests/cli.rs`; asserts
//! nothing by itself.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value as Json, json};

/// A userdata folder, and an empty bank of the user's own in place of the machine's.
pub struct Stage {
    pub folder: tempfile::TempDir,
}

/// What a call came to.
#[derive(Debug)]
pub struct Call {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Stage {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        fs::create_dir(folder.path().join("userdata")).expect("it can be written to");
        Self { folder }
    }

    pub fn userdata(&self) -> PathBuf {
        self.folder.path().join("userdata")
    }

    pub fn bank(&self) -> PathBuf {
        self.folder.path().join("bank")
    }

    /// `loom` with these arguments, not started yet.
    pub fn command(&self, arguments: &[impl AsRef<OsStr>]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_loom"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env("LOOM_USERDATA", self.userdata())
            .env("LOOM_NODEBANK", self.bank())
            .env("LOOM_KEYCHAIN", "none")
            .env_remove("LOOM_LOG")
            .stdin(Stdio::null());
        command
    }

    pub fn loom(&self, arguments: &[impl AsRef<OsStr>]) -> Call {
        let output = self.command(arguments).output();
        output.expect("the program can be started").into()
    }

    /// A project NAME in userdata with these functions and this graph.
    pub fn project(&self, name: &str, source: &str, graph: &Json) -> PathBuf {
        let folder = self.userdata().join(name);
        fs::create_dir_all(folder.join("nodes")).expect("userdata can be written to");
        let write = |path: &str, text: &str| {
            fs::write(folder.join(path), text).expect("the project can be written to");
        };
        write("nodes/own.py", source);
        write("savefile.json", &format!("{graph:#}\n"));
        folder
    }
}

impl From<Output> for Call {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("what is written is UTF-8");
        Self {
            code: output.status.code(),
            stdout: text(output.stdout).replace("\r\n", "\n"),
            stderr: text(output.stderr),
        }
    }
}

impl Call {
    /// The call itself, if it ended with this code.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        self
    }

    #[track_caller]
    pub fn prints(self, stdout: &str) -> Self {
        assert_eq!(self.stdout, stdout, "{}", self.stderr);
        self
    }

    /// Every part is somewhere in what people read.
    #[track_caller]
    pub fn says(self, parts: &[&str]) -> Self {
        for part in parts {
            assert!(
                self.stderr.contains(part),
                "{part:?} is not in:\n{}",
                self.stderr
            );
        }
        self
    }

    /// Standard output as lines of JSON.
    pub fn lines(&self) -> Vec<Json> {
        let lines = self.stdout.lines();
        lines
            .map(|line| serde_json::from_str(line).expect("every line is JSON"))
            .collect()
    }

    /// The lines of one event.
    pub fn events(&self, event: &str) -> Vec<Json> {
        let mut lines = self.lines();
        lines.retain(|line| line["event"] == event);
        lines
    }
}

/// A graph of functions of the project itself. A node is `id function`, and after it `input=VALUE` (JSON) or
/// `input<source` for a link from the only output, called `result`.
pub fn graph(nodes: &[&str]) -> Json {
    let mut entries = Vec::new();
    let mut links = Vec::new();
    for (i, node) in nodes.iter().enumerate() {
        let mut words = node.split(' ');
        let id = words.next().expect("a node has an id");
        let function = words.next().expect("a node has a function");
        let mut inputs = Vec::new();
        for word in words {
            if let Some((input, source)) = word.split_once('<') {
                inputs.push(json!({"var": input}));
                links.push(json!({
                    "sourceNodeId": source, "sourcePort": "result", "targetNodeId": id, "targetPort": input
                }));
            } else if let Some((input, value)) = word.split_once('=') {
                let value: Json = serde_json::from_str(value).expect("a value is JSON");
                inputs.push(json!({"var": input, "value": value}));
            }
        }
        entries.push(json!({
            "nodeId": id, "name": function, "position": {"x": i * 200, "y": 0}, "input": inputs,
            "output": ["result"], "ref": "project", "entryFunction": function
        }));
    }
    json!({
        "formatVersion": 2, "minReader": 2, "projectId": "test", "projectName": "Test", "metadata": {},
        "nodes": entries, "connections": links
    })
}

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder can be made");
    for entry in fs::read_dir(from).expect("the folder is there").flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        // What runs made in the checkout itself is none of a test's.
        if name.to_string_lossy().starts_with('.') || name == "__pycache__" {
            continue;
        }
        if path.is_dir() {
            copy(&path, &to.join(name));
        } else {
            fs::copy(&path, to.join(name)).expect("a file can be copied");
        }
    }
}

/// A copy of an example at a place of its own, where the environment that its first run builds stays for the next.
pub fn example(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("examples")
        .join(name);
    for made in ["nodes", "results"] {
        fs::remove_dir_all(folder.join(made)).ok();
    }
    copy(&root().join("examples").join(name), &folder);
    folder
}

/// A copy of an example at a place that it shares, with its environment, with those that need the same packages: one
/// at a time.
pub struct Turn {
    pub folder: PathBuf,
    _alone: MutexGuard<'static, ()>,
}

impl Turn {
    pub fn of(example: &str) -> Self {
        static TURNS: Mutex<()> = Mutex::new(());
        // A test that failed leaves nothing that the next one would not remove.
        let alone = TURNS.lock().unwrap_or_else(PoisonError::into_inner);
        let source = root().join("examples").join(example);
        let packages = fs::read_to_string(source.join("requirements.txt"));
        let packages = packages.expect("an example names its packages");
        let place = packages.split_whitespace().collect::<Vec<_>>().join("-");
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join("examples")
            .join(place);
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if !entry.file_name().to_string_lossy().starts_with('.') {
                fs::remove_dir_all(&path)
                    .or_else(|_| fs::remove_file(&path))
                    .expect("what the one before left can be removed");
            }
        }
        copy(&source, &folder);
        Self {
            folder,
            _alone: alone,
        }
    }

    pub fn path(&self) -> &str {
        self.folder.to_str().expect("the checkout's path is text")
    }
}

/// What the project's own Python prints.
pub fn python(project: &Path, code: &str) -> String {
    let program = if cfg!(windows) {
        "Scripts/python.exe"
    } else {
        "bin/python"
    };
    let output = Command::new(project.join(".venv").join(program))
        .args(["-I", "-c", code])
        .output()
        .expect("the environment is there");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
