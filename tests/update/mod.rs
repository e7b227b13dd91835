//! Updates from the question to the installer, against a server that may do anything. Good ones start the installer once;
//! the others never do, say why, and leave nothing behind.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests stop at the first surprise"
)]

mod forged;
mod hostile;
mod served;
pub mod stage;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use loom::update::install::{self, Begun};
use loom::update::remembered::Remembered;
use loom::update::{Feed, Found, Here, How, UpdateError, check, download, pending};

use stage::{Key, LATEST, Release, Server, Stub};

/// One window's way from the question to the installer.
pub struct Try {
    pub server: Server,
    pub key: Key,
    pub stub: Stub,
    pub release: Release,
    pub feed: Feed,
    pub here: Here,
    pub takes_betas: bool,
    pub userdata: PathBuf,
    /// What is done to the file between the download and the installer.
    pub between: fn(&Path),
    _folder: tempfile::TempDir,
}

/// How far it came.
#[derive(Debug, PartialEq)]
pub enum Came {
    Newest,
    Begun(Begun),
}

impl Try {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let userdata = folder.path().join("userdata");
        std::fs::create_dir(&userdata).unwrap();
        let (server, key, stub) = (Server::new(), Key::new(), Stub::new());
        let how = How::Installer;
        Self {
            release: Release::new("1.1.0", &stub.program(200_000), &how),
            feed: stage::feed(&server, &[&key]),
            here: stage::here(how, &folder.path().join("loom")),
            takes_betas: false,
            between: |_| {},
            server,
            key,
            stub,
            userdata,
            _folder: folder,
        }
    }

    pub fn publish(&self) {
        self.release.publish(&self.server, &self.key);
    }

    pub fn go(&self) -> Result<Came, UpdateError> {
        runtime().block_on(async {
            let mut remembered = Remembered::load(&self.userdata);
            let checked =
                check::check(&self.feed, &self.here, self.takes_betas, &mut remembered).await;
            remembered.save(&self.userdata).unwrap();
            let Found::Newer(offer) = checked? else {
                return Ok(Came::Newest);
            };
            let ready = download::download(&self.feed, &offer, &self.userdata, |_| {}).await?;
            (self.between)(&self.userdata);
            install::begin(&self.feed, &self.here, ready, &self.userdata).map(Came::Begun)
        })
    }
}

fn runtime() -> tokio::runtime::Runtime {
    loom::app::background_runtime().unwrap()
}

/// The lines that the stub wrote, when it has written as many starts.
#[track_caller]
fn started(stub: &Stub, times: usize) -> Vec<String> {
    let begun = Instant::now();
    loop {
        let lines = stub.started();
        if lines.iter().filter(|line| *line == "end").count() >= times {
            return lines;
        }
        assert!(begun.elapsed() < Duration::from_mins(2), "{lines:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_good_update_starts_the_installer_once_and_tells_the_next_start() {
    let one = Try::new();
    one.publish();
    assert_eq!(one.go(), Ok(Came::Begun(Begun::Installer)));
    let lines = started(&one.stub, 1);
    let log = one.userdata.join("logs").join("update-1.1.0.log");
    let [program, rest @ ..] = lines.as_slice() else {
        panic!("nothing was started")
    };
    assert!(Path::new(program).starts_with(&one.userdata), "{program}");
    assert_eq!(
        rest,
        [
            "/VERYSILENT",
            "/SUPPRESSMSGBOXES",
            "/NORESTART",
            "/SP-",
            &format!("/LOG={}", log.display()),
            "/RELAUNCH=1",
            "end",
        ]
    );

    // The stub installed nothing: the next start is the old version's.
    let settle = |version: &str| {
        let here = Here {
            version: version.parse().unwrap(),
            ..one.here.clone()
        };
        pending::settle(&one.userdata, &here)
    };
    let version = one.release.version.parse().unwrap();
    let failed = pending::Settled::Failed { version, log };
    assert_eq!(settle("1.0.0"), Some(failed));
    assert_eq!(settle("1.0.0"), None, "it is told once");
    assert_eq!(stage::left(&one.userdata), [""; 0]);
    let version = one.release.version.parse().unwrap();
    assert!(!Remembered::load(&one.userdata).has_failed(&version));

    assert_eq!(one.go(), Ok(Came::Begun(Begun::Installer)));
    started(&one.stub, 2);
    assert!(settle("1.0.0").is_some());
    assert!(Remembered::load(&one.userdata).has_failed(&version));

    // And at last it goes well.
    assert_eq!(one.go(), Ok(Came::Begun(Begun::Installer)));
    started(&one.stub, 3);
    let notes = "## What is new\n\n- Faster".to_owned();
    let settled = settle("1.1.0");
    let updated = pending::Settled::Updated {
        version: version.clone(),
        notes,
    };
    assert_eq!(settled, Some(updated));
    assert!(!Remembered::load(&one.userdata).has_failed(&version));
}

#[test]
fn other_good_ones() {
    type Change = fn(&mut Try) -> Result<Came, UpdateError>;
    let go: Change = |one| {
        one.publish();
        one.go()
    };
    let cases: [(&str, Change); 6] = [
        ("signed by the next key", |one| {
            let next = Key::new();
            one.feed = stage::feed(&one.server, &[&one.key, &next]);
            one.release.publish(&one.server, &next);
            one.go()
        }),
        ("the key of before is the next one's second", |one| {
            let next = Key::new();
            one.feed = stage::feed(&one.server, &[&next, &one.key]);
            one.publish();
            one.go()
        }),
        ("a beta that was asked for", |one| {
            one.takes_betas = true;
            one.release = Release::new("1.1.0-beta.2", &one.release.payload, &one.here.how);
            one.release.channel = "beta".to_owned();
            one.release.prerelease = true;
            one.publish();
            one.go()
        }),
        ("over redirects", |one| {
            one.publish();
            let files = stage::path(&one.release.name);
            one.server.file("/elsewhere", &one.release.payload);
            one.server.reply(&files, stage::redirect("/next"));
            let to = format!("{}/elsewhere", one.server.address);
            one.server.reply("/next", stage::redirect(&to));
            one.go()
        }),
        ("the server says that nothing changed", |one| {
            one.publish();
            let fetched = runtime().block_on(async {
                let mut remembered = Remembered::load(&one.userdata);
                let found = check::check(&one.feed, &one.here, false, &mut remembered).await;
                remembered.save(&one.userdata).unwrap();
                found
            });
            assert!(matches!(fetched, Ok(Found::Newer(_))), "{fetched:?}");
            one.server.reply(LATEST, |request, stream| {
                assert!(request.header("if-none-match").is_some());
                stage::answer(stream, "304 Not Modified", "", b"");
            });
            one.go()
        }),
        ("a download that breaks off goes on", |one| {
            one.publish();
            let path = stage::path(&one.release.name);
            let whole = one.release.payload.clone();
            let times = std::sync::atomic::AtomicUsize::new(0);
            one.server.reply(&path, move |request, stream| {
                let etag = "etag: \"same\"\r\n";
                let length = whole.len();
                if times.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0 {
                    let head = format!("HTTP/1.1 200 OK\r\n{etag}content-length: {length}\r\n\r\n");
                    stage::raw(stream, &head);
                    std::io::Write::write_all(stream, &whole[..70_000]).unwrap();
                    return;
                }
                assert_eq!(request.header("if-range"), Some("\"same\""));
                let range = request.header("range").unwrap();
                let from = range.trim_start_matches("bytes=").trim_end_matches('-');
                let from: usize = from.parse().unwrap();
                assert!((1..=70_000).contains(&from));
                let range = format!(
                    "{etag}content-range: bytes {from}-{}/{length}\r\n",
                    length - 1
                );
                stage::answer(stream, "206 Partial Content", &range, &whole[from..]);
            });
            one.go()
        }),
    ];
    for (name, change) in cases {
        let mut one = Try::new();
        let came = change(&mut one);
        assert_eq!(came, Ok(Came::Begun(Begun::Installer)), "{name}");
        started(&one.stub, 1);
    }
    // What is newest already is said to be, once it is signed.
    let mut one = Try::new();
    one.here.version = "1.1.0".parse().unwrap();
    assert_eq!(go(&mut one), Ok(Came::Newest));
}

#[test]
fn a_program_that_is_one_file_is_replaced_and_the_old_one_is_as_it_was_when_that_fails() {
    for is_image in [false, true] {
        let mut one = Try::new();
        let program = one.userdata.parent().unwrap().join("loom-1.0");
        std::fs::write(&program, "old").unwrap();
        one.here.program = program.clone();
        one.here.how = if is_image {
            How::AppImage(program.clone())
        } else {
            How::Portable
        };
        let payload = one.release.payload.clone();
        one.release = Release::new("1.1.0", &payload, &one.here.how);
        one.publish();
        one.between = |userdata| std::fs::write(file_of(userdata), "another").unwrap();
        assert!(one.go().is_err());
        assert_eq!(std::fs::read(&program).unwrap(), b"old");
        assert_eq!(stage::left(&one.userdata), [""; 0]);
        one.between = |_| {};
        let begun = Came::Begun(Begun::InPlace(program.clone()));
        assert_eq!(one.go(), Ok(begun));
        assert_eq!(std::fs::read(&program).unwrap(), payload);
        assert_eq!(stage::left(&one.userdata), [""; 0]);
        let beside = std::fs::read_dir(program.parent().unwrap()).unwrap();
        assert_eq!(beside.count(), 2, "the program and the userdata folder");
        install::start_successor(&program).unwrap();
        started(&one.stub, 1);
    }
}

#[test]
fn what_kind_of_installation_it_is_is_seen_from_what_lies_there() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("loom");
    std::fs::write(&program, "").unwrap();
    assert_eq!(How::find(&program, None), How::Portable);
    let image = folder.path().join("Loom.AppImage");
    let found = |image: &PathBuf| How::find(Path::new("/usr/bin/loom"), Some(image.clone()));
    assert!(matches!(found(&image), How::ByHand(_)), "no image is there");
    std::fs::write(&image, "").unwrap();
    assert_eq!(found(&image), How::AppImage(image.clone()));
    let package = How::find(Path::new("/usr/bin/loom"), None);
    assert!(matches!(package, How::ByHand(text) if text.contains("package manager")));
    std::fs::write(folder.path().join("unins000.exe"), "").unwrap();
    assert_eq!(How::find(&program, None), How::Installer);
    let built = std::env::current_exe().unwrap();
    let built = built.parent().unwrap().with_file_name("loom");
    assert!(matches!(How::find(&built, None), How::ByHand(text) if text.contains("sources")));
}

/// The file that was fetched.
fn file_of(userdata: &Path) -> PathBuf {
    let folders = std::fs::read_dir(userdata.join("updates")).unwrap();
    let mut folders = folders.map(|entry| entry.unwrap().path());
    folders
        .find(|path| path.is_dir())
        .unwrap()
        .join("loom-update")
}

/// Tells the process that is to be killed where to fetch from.
const KILLED: &str = "LOOM_KILLED_UPDATE";

#[test]
fn a_download_whose_program_is_killed_is_taken_up() {
    let one = Try::new();
    one.publish();
    let path = stage::path(&one.release.name);
    let half = one.release.payload[..90_000].to_vec();
    let length = one.release.payload.len();
    one.server.reply(&path, move |request, stream| {
        let head = format!("HTTP/1.1 200 OK\r\netag: \"same\"\r\ncontent-length: {length}\r\n\r\n");
        stage::raw(stream, &head);
        std::io::Write::write_all(stream, &half).unwrap();
        stage::stall(request, stream);
    });
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["update::is_killed", "--exact", "--ignored"])
        .env(
            KILLED,
            format!(
                "{}\n{}\n{}",
                one.feed.api,
                one.key.public(),
                one.userdata.display()
            ),
        )
        .spawn()
        .unwrap();
    let begun = Instant::now();
    let is_half = || {
        let folders = std::fs::read_dir(one.userdata.join("updates"));
        let mut folders = folders.into_iter().flatten().flatten();
        let has_half = folders.any(|entry| {
            let file = entry.path().join("loom-update");
            file.metadata().is_ok_and(|about| about.len() == 90_000)
        });
        has_half && one.userdata.join("updates").join("partial.json").is_file()
    };
    while !is_half() {
        assert!(begun.elapsed() < Duration::from_mins(2), "no half came");
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(pending::settle(&one.userdata, &one.here), None);

    let whole = one.release.payload.clone();
    one.server.reply(&path, move |request, stream| {
        assert_eq!(request.header("range"), Some("bytes=90000-"));
        let range = format!(
            "etag: \"same\"\r\ncontent-range: bytes 90000-{}/{length}\r\n",
            length - 1
        );
        stage::answer(stream, "206 Partial Content", &range, &whole[90_000..]);
    });
    assert_eq!(one.go(), Ok(Came::Begun(Begun::Installer)));
    started(&one.stub, 1);
    assert_eq!(one.server.count(&path), 2);
}

/// The process of the test above.
#[test]
#[ignore = "a part of another test"]
fn is_killed() {
    let Ok(told) = std::env::var(KILLED) else {
        return;
    };
    let [api, key, userdata] = told.lines().collect::<Vec<_>>()[..] else {
        panic!("{told}")
    };
    let feed = Feed::new(api.to_owned(), &[key], true).unwrap();
    let here = stage::here(How::Installer, Path::new("loom"));
    runtime().block_on(async {
        let checked = check::check(&feed, &here, false, &mut Remembered::default()).await;
        let Ok(Found::Newer(offer)) = checked else {
            panic!("{checked:?}")
        };
        download::download(&feed, &offer, Path::new(userdata), |_| {})
            .await
            .ok();
    });
}

#[test]
fn giving_up_ends_a_download_that_stands_still_and_leaves_nothing() {
    let one = Try::new();
    one.publish();
    one.server
        .reply(&stage::path(&one.release.name), stage::stall);
    let runtime = runtime();
    let (feed, here, userdata) = (one.feed.clone(), one.here.clone(), one.userdata.clone());
    let task = runtime.spawn(async move {
        let checked = check::check(&feed, &here, false, &mut Remembered::default()).await;
        let Ok(Found::Newer(offer)) = checked else {
            panic!("{checked:?}")
        };
        download::download(&feed, &offer, &userdata, |_| {}).await
    });
    while one.server.count(&stage::path(&one.release.name)) == 0 {
        std::thread::sleep(Duration::from_millis(5));
        assert!(!task.is_finished());
    }
    assert_ne!(stage::left(&one.userdata), [""; 0]);
    task.abort();
    assert!(runtime.block_on(task).unwrap_err().is_cancelled());
    assert_eq!(stage::left(&one.userdata), [""; 0]);
}

/// Says what is to be served by hand: port, version, target, the file, and the file of the key, a line each.
const SERVED: &str = "LOOM_SERVED_UPDATE";

/// A signed feed for a build that has it compiled in, until it is killed: for trying installers out.
#[test]
#[ignore = "by hand: docs/updates.md"]
fn serves_by_hand() {
    let Ok(told) = std::env::var(SERVED) else {
        return;
    };
    let [port, version, target, file, key] = told.lines().collect::<Vec<_>>()[..] else {
        panic!("{told}")
    };
    let key = Key::kept_in(Path::new(key));
    println!("key: {}", key.public());
    let Ok(payload) = std::fs::read(file) else {
        return;
    };
    let server = Server::at(port.parse().unwrap());
    let mut release = Release::new(version, &payload, &How::Installer);
    target.clone_into(&mut release.target);
    release.comment = release.right_comment();
    release.publish(&server, &key);
    println!("feed: {}/repos/maker/loom", server.address);
    loop {
        std::thread::park();
    }
}
