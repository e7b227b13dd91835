//! What surrounds Loom fails: the network, the disk, the Python, or somebody else's environment is in the way.

use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Command;

use super::{Scene, Tool, tools};
use crate::server::{Answer, Server};
use crate::stage::Call;

const ADD: [&str; 4] = ["env", "add", "P", "tiny==2.0"];

impl Scene {
    /// The call fails with words that say so, and nothing was lost.
    #[track_caller]
    fn refused(&self, call: Call, parts: &[&str]) {
        assert!(
            matches!(call.code, Some(2 | 3)),
            "{:?}: {call:#?}",
            self.tool
        );
        let last = call.stderr.lines().last().unwrap_or_default();
        for part in parts {
            assert!(
                last.contains(part),
                "{:?}: {part:?} is not in: {last}",
                self.tool
            );
        }
        self.is_whole(1);
    }
}

fn closed_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

#[test]
fn without_a_network_the_message_says_so() {
    for tool in tools() {
        let mut scene = Scene::with_tiny(tool);
        scene.server.port = closed_port();
        fs::remove_dir_all(scene.stage.folder.path().join("cache")).ok();
        let reached = "the package index could not be reached";
        scene.refused(scene.loom(&ADD), &[reached, "HTTPS_PROXY"]);
        // By hand, and built by a run.
        fs::write(
            scene.project.join("requirements.txt"),
            "# mine\ntiny==2.0\n",
        )
        .unwrap();
        let run = scene.loom(&["run", "P"]);
        assert!(run.stderr.contains(reached), "{tool:?}: {run:#?}");
        fs::write(
            scene.project.join("requirements.txt"),
            "# mine\ntiny==1.0\n",
        )
        .unwrap();
        scene.is_whole(1);
        for call in [
            scene.loom(&["env", "search", "P", "tiny"]),
            scene.loom(&["env", "list", "P", "--outdated"]),
        ] {
            scene.refused(call, &[reached]);
        }
    }
}

#[test]
fn an_index_that_breaks_off_or_sends_something_else_changes_nothing() {
    for tool in tools() {
        for how in ["half", "other"] {
            let scene = Scene::new(tool, move |path, answer| match answer {
                Answer::Whole(bytes) if path.ends_with("tiny-2.0-py3-none-any.whl") => {
                    let mut other = bytes.clone();
                    other[100] ^= 1;
                    Some(if how == "half" {
                        Answer::Half(bytes.clone())
                    } else {
                        Answer::Whole(other)
                    })
                }
                _ => None,
            });
            scene.install_tiny();
            let call = scene.loom(&ADD);
            let is_seen = how == "half" && tool == Tool::Uv;
            scene.refused(
                call,
                &[if is_seen {
                    "could not be reached"
                } else {
                    "do not trust it"
                }],
            );
        }
    }
}

#[test]
fn a_proxy_is_used_and_its_refusal_is_told() {
    for tool in tools() {
        let mut scene = Scene::with_tiny(tool);
        // It speaks for a host that is nowhere.
        let proxy = Server::index(&scene.wheels, |_, _| None);
        let refusing = Server::start(|_| Answer::Status("407 Proxy Authentication Required"));
        let through = |scene: &Scene, scheme: &str, proxy: &Server| {
            let mut command = scene.command(&ADD);
            let address = format!("{scheme}://index.invalid/simple/");
            command
                .envs(["UV_DEFAULT_INDEX", "PIP_INDEX_URL"].map(|name| (name, &address)))
                .env("PIP_TRUSTED_HOST", "index.invalid")
                .envs(
                    ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"]
                        .map(|name| (name, format!("http://127.0.0.1:{}", proxy.port))),
                );
            Call::from(command.output().unwrap())
        };
        fs::remove_dir_all(scene.stage.folder.path().join("cache")).ok();
        let call = through(&scene, "https", &refusing);
        let asked = refusing.seen();
        let is_asked = asked
            .iter()
            .any(|line| line.starts_with("CONNECT index.invalid:443"));
        assert!(is_asked, "{tool:?}: {asked:?}");
        scene.refused(call, &["proxy", "HTTPS_PROXY"]);
        through(&scene, "http", &proxy).exits(0);
        let asked = proxy.seen();
        let is_asked = asked
            .iter()
            .any(|line| line.contains("http://index.invalid/simple/tiny"));
        assert!(is_asked, "{tool:?}: {asked:?}");
        scene.server = proxy;
        scene.is_whole(2);
    }
}

/// A file system on the project's folder; gone again at the end.
struct Mount(PathBuf);

impl Mount {
    /// `None`: only the system's administrator may mount here.
    fn new(arguments: &[&str], place: PathBuf) -> Option<Self> {
        let mounted = Command::new("mount").args(arguments).arg(&place).output();
        if !mounted.is_ok_and(|output| output.status.success()) {
            crate::not_tested::note("nothing can be mounted, for that takes root");
            return None;
        }
        Some(Self(place))
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        Command::new("umount").arg("-l").arg(&self.0).output().ok();
    }
}

#[test]
fn on_a_full_disk_the_old_environment_stays() {
    for tool in tools() {
        let scene = Scene::new(tool, |_, _| None);
        // Room for one environment with pip and not for two.
        let size = if tool == Tool::Uv {
            "size=2m"
        } else {
            "size=40m"
        };
        let before = scene.stage.folder.path().join("before");
        fs::rename(&scene.project, &before).unwrap();
        fs::create_dir(&scene.project).unwrap();
        let Some(_mount) = Mount::new(&["-t", "tmpfs", "-o", size, "tmpfs"], scene.project.clone())
        else {
            return;
        };
        crate::stage::copy(&before, &scene.project);
        scene.install_tiny();
        for left in [0, 20_000] {
            let full = scene.project.join("full");
            let mut zeros = Command::new("dd");
            zeros
                .arg("if=/dev/zero")
                .arg(format!("of={}", full.display()));
            zeros.args(["bs=4096", "status=none"]).output().unwrap();
            let length = full.metadata().unwrap().len();
            fs::File::options()
                .write(true)
                .open(&full)
                .unwrap()
                .set_len(length - left)
                .unwrap();
            let call = scene.loom(&ADD);
            assert!(
                call.stderr.contains("disk is full") || call.stderr.contains("disk is not full"),
                "{tool:?} {left}: {call:#?}"
            );
            assert!(call.code == Some(3), "{call:#?}");
            fs::remove_file(&full).unwrap();
            scene.is_whole(1);
        }
    }
}

#[test]
fn where_nothing_may_be_written_the_message_says_so() {
    if let Some(tool) = tools().first().copied() {
        let scene = Scene::with_tiny(tool);
        let project = scene.project.to_str().unwrap().to_owned();
        let Some(_mount) = Mount::new(&["--bind", &project], scene.project.clone()) else {
            return;
        };
        let Some(mount) = Mount::new(&["-o", "remount,ro,bind", &project], scene.project.clone())
        else {
            return;
        };
        for arguments in [
            &ADD[..],
            &["env", "back", "P"],
            &["env", "python", "P", "3"],
            &["package", "remove", "P", "tiny"],
        ] {
            let call = scene.loom(arguments).exits(3);
            assert!(
                call.stderr.contains("Read-only file system")
                    && call.stderr.contains("you may write"),
                "{arguments:?}: {call:#?}"
            );
        }
        drop(mount);
        scene.is_whole(1);
    }
}

#[test]
fn when_its_python_is_gone_the_environment_is_made_anew() {
    for tool in tools() {
        let scene = Scene::with_tiny(tool);
        scene.loom(&ADD).exits(0);
        let gone = |environment: &str| {
            let folder = scene.project.join(environment);
            for name in ["python", "python3"] {
                let program = folder.join("bin").join(name);
                fs::remove_file(&program).ok();
                std::os::unix::fs::symlink("/nowhere/bin/python3", &program).unwrap();
            }
        };
        gone(".venv");
        scene.is_whole(2);
        gone(".venv");
        scene.loom(&["env", "add", "P", "tiny==1.0"]).exits(0);
        scene.is_whole(1);
        gone(".venv.previous");
        scene
            .loom(&["env", "back", "P"])
            .exits(2)
            .says(&["no environment to return to"]);
        // A version that is nowhere.
        fs::write(scene.project.join(".python-version"), "3.99\n").unwrap();
        scene.loom(&["run", "P"]).exits(3).says(&["3.99"]);
        scene.loom(&ADD).exits(3).says(&["3.99"]);
        fs::remove_file(scene.project.join(".python-version")).unwrap();
        scene.is_whole(1);
    }
}

#[test]
fn an_environment_made_by_hand_is_kept_aside_and_the_change_is_made() {
    if let Some(tool) = tools().first().copied() {
        let scene = Scene::new(tool, |_, _| None);
        let place = scene.project.join(".venv");
        let python = Command::new("python3")
            .args(["-I", "-m", "venv", "--without-pip"])
            .arg(&place)
            .status();
        assert!(python.unwrap().success());
        fs::write(place.join("mine.txt"), "mine").unwrap();
        scene.loom(&["env", "list", "P"]).exits(0);
        scene
            .loom(&["env", "back", "P"])
            .exits(2)
            .says(&["no environment to return to"]);
        assert!(place.join("mine.txt").is_file());
        fs::write(scene.project.join("requirements.txt"), "# mine\n").unwrap();
        scene
            .loom(&["env", "add", "P", "tiny==1.0"])
            .exits(0)
            .says(&["kept as .venv.before-loom"]);
        scene.is_whole(1);
        let kept = scene.project.join(".venv.before-loom");
        assert!(kept.join("mine.txt").is_file());

        // Another one later, in the place of one of Loom's: also on the way back.
        scene.loom(&ADD).exits(0);
        fs::remove_dir_all(&place).unwrap();
        fs::rename(&kept, &place).unwrap();
        scene.loom(&["env", "back", "P"]).exits(0);
        scene.is_whole(1);
        scene.loom(&ADD).exits(0);
        scene.loom(&["env", "add", "P", "tiny==1.0"]).exits(0);
        assert!(kept.join("mine.txt").is_file());
    }
}

#[test]
fn a_lock_of_an_older_text_or_another_python_is_made_anew_by_the_next_run() {
    for tool in tools() {
        let scene = Scene::with_tiny(tool);
        let asked = scene.project.join("requirements.txt");
        fs::write(&asked, "# mine\ntiny==2.0\n").unwrap();
        scene.is_whole(2);
        // Versions that may be newer stay as they were locked.
        fs::write(&asked, "# mine\ntiny>=1\n").unwrap();
        let lock = scene.text("requirements.lock");
        let lock = lock.replace("from: tiny==2.0", "from: tiny>=1");
        let scope = lock
            .lines()
            .find(|line| line.starts_with("# for: "))
            .unwrap();
        let (place, _) = scope.split_once("Python ").unwrap();
        let other = lock.replace(scope, &format!("{place}Python 3.99 and newer"));
        fs::write(scene.project.join("requirements.lock"), other).unwrap();
        fs::remove_dir_all(scene.project.join(".venv")).unwrap();
        let print = ["run", "P", "--print", "n.result"];
        scene.loom(&print).exits(0).prints("2\n");
        let made = scene.text("requirements.lock");
        assert!(made.contains(scope), "{made}");
        assert!(
            made.contains("from: tiny>=1") && made.contains("\ntiny==2.0"),
            "{made}"
        );
    }
}
