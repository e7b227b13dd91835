//! Changes of an environment that go wrong, with the real tools: Loom is killed, the disk is full, the index is silent.
//! Whatever happens an environment works, the requirements are those that belong to it, and the next call mends.

mod faults;
mod fetching;
mod kills;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant, SystemTime};

use crate::server::{Answer, Server};
use crate::stage::{Call, Stage, graph};
use crate::wheel::Wheel;

/// Its only node says which `tiny` is installed.
const VERSION: &str = "def version() -> int:\n    import tiny\n    return tiny.version\n";
/// What a build makes in a project and must not leave there.
const LEFT: [&str; 4] = [
    ".venv.new",
    ".venv.old",
    ".venv.requirements.txt",
    ".venv.requirements.lock",
];

/// Who does the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tool {
    Uv,
    Pip,
}

/// A project `P` that needs tiny, and an index that has it.
struct Scene {
    stage: Stage,
    project: PathBuf,
    wheels: PathBuf,
    server: Server,
    tool: Tool,
}

fn folders_of_path(has_uv: bool) -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path);
    folders
        .filter(|folder| folder.join("uv").is_file() == has_uv)
        .collect()
}

/// Both tools; without a uv on PATH, pip alone.
fn tools() -> Vec<Tool> {
    if folders_of_path(true).is_empty() {
        crate::not_tested::note("there is no uv on PATH");
        return vec![Tool::Pip];
    }
    vec![Tool::Uv, Tool::Pip]
}

impl Scene {
    /// `change` may make the index answer otherwise.
    fn new(
        tool: Tool,
        change: impl Fn(&str, &Answer) -> Option<Answer> + Send + Sync + 'static,
    ) -> Self {
        let stage = Stage::new();
        let wheels = stage.folder.path().join("wheels");
        let here = stage.folder.path().join("here");
        let sleepy = format!(
            "import pathlib, time\npathlib.Path({:?}).touch()\ntime.sleep(600)\n",
            here.to_str().unwrap()
        );
        for (name, version, code) in [
            ("tiny", "1.0", "version = 1\n"),
            ("tiny", "2.0", "version = 2\n"),
            ("sleepy", "1.0", &*sleepy),
        ] {
            let module = format!("{name}.py");
            let wheel = Wheel {
                name,
                version,
                families: "",
                requires: "",
                files: &[(&module, code)],
            };
            wheel.make(&wheels);
        }
        let server = Server::index(&wheels, change);
        let project = stage.project("P", VERSION, &graph(&["n version"]));
        // Sources that were written just now are read again by the next call, and so each call would do other things.
        let source = fs::File::options()
            .write(true)
            .open(project.join("nodes/own.py"));
        let long_ago = SystemTime::now() - Duration::from_hours(24);
        source.unwrap().set_modified(long_ago).unwrap();
        if tool == Tool::Pip {
            // No folder can be made in a file, so uv is not fetched either.
            fs::write(stage.userdata().join("tools"), "").unwrap();
        }
        Self {
            stage,
            project,
            wheels,
            server,
            tool,
        }
    }

    /// A scene whose index works, with tiny 1.0 installed.
    fn with_tiny(tool: Tool) -> Self {
        let scene = Self::new(tool, |_, _| None);
        scene.install_tiny();
        scene
    }

    fn install_tiny(&self) {
        fs::write(self.project.join("requirements.txt"), "# mine\n").unwrap();
        let added = self.loom(&["env", "add", "P", "tiny==1.0"]).exits(0);
        // pip does not tell how large the files are.
        let is_sized = added.stdout.contains("+ tiny 1.0  (");
        assert_eq!(is_sized, self.tool == Tool::Uv, "{added:?}");
        self.is_whole(1);
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.stage.command(arguments);
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy().to_uppercase();
            if ["UV_", "PIP_"].iter().any(|tool| text.starts_with(tool)) || text.ends_with("_PROXY")
            {
                command.env_remove(&name);
            }
        }
        let mut path = folders_of_path(false);
        if self.tool == Tool::Uv {
            path.extend(folders_of_path(true));
        }
        let cache = self.stage.folder.path().join("cache");
        command
            .env("PATH", std::env::join_paths(path).unwrap())
            .envs(["UV_DEFAULT_INDEX", "PIP_INDEX_URL"].map(|name| (name, self.server.address())))
            .envs(["UV_CACHE_DIR", "PIP_CACHE_DIR"].map(|name| (name, &cache)))
            .envs(["UV_HTTP_RETRIES", "PIP_RETRIES"].map(|name| (name, "0")));
        command
    }

    fn loom(&self, arguments: &[&str]) -> Call {
        self.command(arguments).output().unwrap().into()
    }

    fn text(&self, file: &str) -> String {
        fs::read_to_string(self.project.join(file)).unwrap_or_default()
    }

    /// The environment has this tiny, the files say so too, and nothing lies around.
    #[track_caller]
    fn is_whole(&self, version: u32) {
        let print = ["run", "P", "--print", "n.result"];
        self.loom(&print).exits(0).prints(&format!("{version}\n"));
        let asked = format!("# mine\ntiny=={version}.0\n");
        assert_eq!(self.text("requirements.txt"), asked);
        let lock = self.text("requirements.lock");
        assert!(lock.contains(&format!("\ntiny=={version}.0")), "{lock}");
        let listed = self.loom(&["env", "list", "P"]).exits(0).stdout;
        assert!(listed.contains(&format!("{version}.0")), "{listed}");
        for name in LEFT {
            assert!(!self.project.join(name).exists(), "{name} was left");
        }
    }
}

fn until(what: &str, is_there: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_mins(2);
    while !is_there() {
        assert!(Instant::now() < deadline, "{what} did not come");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Command lines of processes that speak of this folder.
fn processes_of(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir("/proc").unwrap().flatten();
    let lines = entries.filter_map(|entry| fs::read(entry.path().join("cmdline")).ok());
    let lines = lines.map(|line| String::from_utf8_lossy(&line).replace('\0', " "));
    let folder = folder.to_str().unwrap();
    lines.filter(|line| line.contains(folder)).collect()
}
