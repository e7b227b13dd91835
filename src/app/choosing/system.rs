//! The system's dialog for files and folders: whether there is one, and the question. Both wait, so never on the window's
//! thread.

use std::path::PathBuf;

use super::Question;
use crate::ui::choosing::Kind;

/// Can the system show a dialog? On Linux that takes the portal of the desktop or zenity: without either, rfd gives the
/// same as for a user who chose nothing, so it is asked beforehand, each time, as either may come or go.
#[cfg(target_os = "linux")]
pub(super) async fn has_dialog() -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    linux::has_zenity(&path) || linux::has_portal(zbus::connection::Builder::session()).await
}

#[cfg(not(target_os = "linux"))]
#[expect(clippy::unused_async, reason = "elsewhere the system is asked")]
pub(super) async fn has_dialog() -> bool {
    true
}

/// Ask, and wait for the answer.
pub(super) fn ask(question: &Question) -> Option<Vec<PathBuf>> {
    let mut dialog = rfd::FileDialog::new()
        .set_title(&question.title)
        .set_file_name(&question.name);
    if let Some(folder) = &question.folder {
        dialog = dialog.set_directory(folder);
    }
    for filter in &question.filters {
        dialog = dialog.add_filter(&filter.name, &filter.endings);
    }
    match question.kind {
        Kind::File => dialog.pick_file().map(|path| vec![path]),
        Kind::Files => dialog.pick_files(),
        Kind::Folder => dialog.pick_folder().map(|path| vec![path]),
        Kind::Save => dialog.save_file().map(|path| vec![path]),
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::ffi::OsStr;
    use std::time::Duration;

    use zbus::connection::Builder;

    /// A portal that has to be started first takes a second; one that hangs would hold up the question.
    const DEADLINE: Duration = Duration::from_secs(3);

    pub fn has_zenity(path: &OsStr) -> bool {
        std::env::split_paths(path).any(|folder| folder.join("zenity").is_file())
    }

    /// Does the portal have the part that chooses files? There are portals without it.
    pub async fn has_portal(bus: zbus::Result<Builder<'_>>) -> bool {
        let asked = async {
            let bus = bus?.build().await?;
            bus.call_method(
                Some("org.freedesktop.portal.Desktop"),
                "/org/freedesktop/portal/desktop",
                Some("org.freedesktop.DBus.Properties"),
                "Get",
                &("org.freedesktop.portal.FileChooser", "version"),
            )
            .await
        };
        matches!(tokio::time::timeout(DEADLINE, asked).await, Ok(Ok(_)))
    }

    #[cfg(test)]
    mod tests {
        use std::io::{BufRead as _, BufReader};
        use std::process::{Child, Command, Stdio};

        use super::*;

        /// Nothing is started on this bus but by the test.
        const BUS: &str = "<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen>\
                           <policy context='default'><allow send_destination='*'/>\
                           <allow eavesdrop='true'/><allow own='*'/></policy></busconfig>";

        struct Bus(Child, String);

        impl Bus {
            fn start(folder: &std::path::Path) -> Option<Self> {
                let config = folder.join("bus.conf");
                std::fs::write(&config, BUS).unwrap();
                let mut command = Command::new("dbus-daemon");
                command.arg("--nofork").arg("--print-address=1");
                command.arg("--config-file").arg(config);
                let mut child = command
                    .stdout(Stdio::piped())
                    .stderr(Stdio::null())
                    .spawn()
                    .ok()?;
                let mut address = String::new();
                let lines = child.stdout.take().unwrap();
                BufReader::new(lines).read_line(&mut address).unwrap();
                Some(Self(child, address.trim().to_owned()))
            }

            fn connect(&self) -> zbus::Result<Builder<'_>> {
                Builder::address(self.1.as_str())
            }
        }

        impl Drop for Bus {
            fn drop(&mut self) {
                self.0.kill().ok();
                self.0.wait().ok();
            }
        }

        struct FileChooser {
            version: u32,
        }

        #[zbus::interface(name = "org.freedesktop.portal.FileChooser")]
        impl FileChooser {
            #[zbus(property, name = "version")]
            fn version(&self) -> u32 {
                self.version
            }
        }

        /// Another part of the portal.
        struct OpenUri;

        #[zbus::interface(name = "org.freedesktop.portal.OpenURI")]
        impl OpenUri {}

        fn wait<T>(future: impl Future<Output = T>) -> T {
            // A bus that says nothing is a failure, and no wait.
            let limit = Duration::from_mins(1);
            let waits = async { tokio::time::timeout(limit, future).await.unwrap() };
            crate::app::background_runtime().unwrap().block_on(waits)
        }

        #[test]
        fn zenity_is_a_file_in_a_folder_of_path() {
            let (with, without) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
            std::fs::write(with.path().join("zenity"), "").unwrap();
            std::fs::create_dir(without.path().join("zenity")).unwrap();
            let path = |folders: &[&tempfile::TempDir]| {
                std::env::join_paths(folders.iter().map(|folder| folder.path())).unwrap()
            };
            assert!(has_zenity(&path(&[&without, &with])));
            assert!(!has_zenity(&path(&[&without])));
            assert!(!has_zenity(OsStr::new("")));
        }

        #[test]
        fn a_portal_is_there_when_it_can_choose_files() {
            assert!(!wait(has_portal(Builder::address(
                "unix:path=/no/such/bus"
            ))));
            assert!(!wait(has_portal(Builder::address("no address"))));
            let folder = tempfile::tempdir().unwrap();
            let Some(bus) = Bus::start(folder.path()) else {
                eprintln!("not all was tried: there is no dbus-daemon here");
                return;
            };
            wait(async {
                assert!(!has_portal(bus.connect()).await, "nobody is on the bus");
                let path = "/org/freedesktop/portal/desktop";
                let portal = bus.connect().unwrap();
                let portal = portal.name("org.freedesktop.portal.Desktop").unwrap();
                let portal = portal.serve_at(path, OpenUri).unwrap();
                let portal = portal.build().await.unwrap();
                assert!(!has_portal(bus.connect()).await, "it cannot choose files");
                let chooser = FileChooser { version: 3 };
                portal.object_server().at(path, chooser).await.unwrap();
                assert!(has_portal(bus.connect()).await);
            });
        }
    }
}
