//! New versions in the window, from a server of the test: the dot, the dialog, the download, the installer, and what the
//! next start says.

use std::io::Write as _;
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant};

use egui::{Key, Modifiers, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use loom::app::Neighbours;
use loom::settings::Settings;
use loom::ui::dialogs::Dialog;
use loom::ui::update::UpdatePage;
use loom::update::{Feed, How, Off, Updater};

use super::stage::{self, Key as Signer, LATEST, Release, Server, Stub};
use super::{Window, empty};

const NONE: Modifiers = Modifiers::NONE;

/// What a window's updates come from.
struct Source {
    server: Server,
    key: Signer,
    stub: Stub,
    release: Release,
    feed: Feed,
    userdata: Rc<tempfile::TempDir>,
}

impl Source {
    fn new() -> Self {
        let (server, key, stub) = (Server::new(), Signer::new(), Stub::new());
        let release = Release::new("1.1.0", &stub.program(400_000), &How::Installer);
        let mut feed = stage::feed(&server, &[&key]);
        feed.pace.first_check = Duration::ZERO;
        release.publish(&server, &key);
        Self {
            release,
            feed,
            server,
            key,
            stub,
            userdata: Rc::new(tempfile::tempdir().unwrap()),
        }
    }

    fn quiet() -> Settings {
        let mut settings = Settings::default();
        settings.updates.check_on_startup = false;
        settings
    }

    fn open(&self, version: &str, settings: Settings) -> Window {
        let mut here = stage::here(How::Installer, Path::new("loom"));
        here.version = version.parse().unwrap();
        self.open_with(Updater::new(Ok(self.feed.clone()), here), settings)
    }

    fn open_with(&self, updater: Updater, settings: Settings) -> Window {
        let project = self.userdata.path().join("Empty");
        let project = if project.is_dir() {
            project
        } else {
            let made = empty(self.userdata.path());
            Window::own(self.userdata.path(), &made);
            made
        };
        Window::build_updating(
            Harness::builder().with_size(vec2(1400.0, 900.0)),
            Rc::clone(&self.userdata),
            Some(project),
            settings,
            Neighbours::default(),
            updater,
        )
    }
}

fn shows(window: &Window, text: &str) -> bool {
    window.harness.query_all_by_label_contains(text).count() > 0
}

#[track_caller]
fn until(window: &mut Window, text: &str) {
    until_so(window, text, |window| shows(window, text));
    window.steps();
}

#[track_caller]
fn until_so(window: &mut Window, what: &str, is_so: impl Fn(&Window) -> bool) {
    let begun = Instant::now();
    while !is_so(window) {
        assert!(begun.elapsed() < Duration::from_mins(2), "no {what:?}");
        step(window);
    }
}

fn step(window: &mut Window) {
    std::thread::sleep(Duration::from_millis(5));
    window.harness.step();
}

/// By the menu of commands, as one without a mouse does it.
fn ask(window: &mut Window) {
    window.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::P);
    window.typed("check for upd");
    window.key(NONE, Key::Enter);
}

fn page(window: &Window) -> Option<&UpdatePage> {
    match window.app().dialog() {
        Some(Dialog::Update(page)) => Some(page),
        _ => None,
    }
}

#[track_caller]
fn started(source: &Source, window: &mut Window) -> Vec<String> {
    let begun = Instant::now();
    while source
        .stub
        .started()
        .last()
        .is_none_or(|line| line != "end")
    {
        assert!(
            begun.elapsed() < Duration::from_mins(2),
            "{:?}",
            page(window)
        );
        std::thread::sleep(Duration::from_millis(5));
        window.harness.step();
    }
    source.stub.started()
}

#[test]
fn a_newer_version_is_a_dot_that_opens_and_is_fetched_and_started_by_keys() {
    let source = Source::new();
    let mut window = source.open("1.0.0", Settings::default());
    until(&mut window, "Loom 1.1.0 is there");
    assert_eq!(window.app().dialog(), None, "nobody is disturbed");

    window.harness.get_by_label("Loom 1.1.0 is there").click();
    window.steps();
    for text in [
        "This is 1.0.0",
        "0.4 MB",
        "Faster",
        "Update now",
        "Skip this version",
    ] {
        assert!(shows(&window, text), "{text}");
    }
    // Later: the dot stays.
    window.key(NONE, Key::Escape);
    assert_eq!(window.app().dialog(), None);
    assert!(shows(&window, "Loom 1.1.0 is there"));

    // Something is not saved, and is saved on the way.
    window.key(NONE, Key::Tab);
    window.typed("add");
    window.key(NONE, Key::Enter);
    assert!(window.app().project().document.is_dirty());
    ask(&mut window);
    assert!(matches!(page(&window), Some(UpdatePage::Offer(_))));
    window.key(NONE, Key::Enter);
    until(&mut window, "Save your changes?");
    assert_eq!(source.stub.started(), [""; 0]);
    window.key(NONE, Key::Enter);
    let lines = started(&source, &mut window);
    assert!(lines.contains(&"/VERYSILENT".to_owned()), "{lines:?}");
    assert!(lines.contains(&"/RELAUNCH=1".to_owned()), "{lines:?}");
    assert!(!window.app().project().document.is_dirty());
    let savefile = source.userdata.path().join("Empty/savefile.json");
    assert!(std::fs::read_to_string(savefile).unwrap().contains("add"));
    drop(window);

    // The new version's first start, and what it does not say twice.
    let mut window = source.open("1.1.0", Source::quiet());
    until(&mut window, "Updated to Loom 1.1.0");
    assert!(shows(&window, "Faster"));
    window.key(NONE, Key::Enter);
    assert_eq!(window.app().dialog(), None);
    drop(window);
    let mut window = source.open("1.1.0", Source::quiet());
    ask(&mut window);
    until(&mut window, "is the newest version");
    assert!(!shows(&window, "Updated to"));
}

#[test]
fn an_update_that_came_to_nothing_is_told_and_after_two_not_offered_by_itself() {
    let source = Source::new();
    for time in 1..=2 {
        let mut window = source.open("1.0.0", Source::quiet());
        ask(&mut window);
        until(&mut window, "Update now");
        window.key(NONE, Key::Enter);
        let begun = Instant::now();
        let ends = |lines: &[String]| lines.iter().filter(|line| *line == "end").count();
        while ends(&source.stub.started()) < time {
            assert!(begun.elapsed() < Duration::from_mins(2));
            std::thread::sleep(Duration::from_millis(5));
            window.harness.step();
        }
        drop(window);
        // The stub put nothing in place: the old version starts again.
        let mut window = source.open("1.0.0", Source::quiet());
        until(&mut window, "The update failed");
        assert!(shows(&window, "update-1.1.0.log"));
        assert!(shows(&window, "Open the log"));
        window.key(NONE, Key::Escape);
        assert_eq!(window.app().dialog(), None);
    }
    // Asked by itself, the dot does not come.
    let state = source.userdata.path().join("updates.json");
    let text = std::fs::read_to_string(&state).unwrap();
    let mut known: serde_json::Value = serde_json::from_str(&text).unwrap();
    known["last_check_secs"] = 0.into();
    std::fs::write(&state, known.to_string()).unwrap();
    let mut window = source.open("1.0.0", Settings::default());
    let is_checked = || {
        let text = std::fs::read_to_string(&state).unwrap();
        let known: serde_json::Value = serde_json::from_str(&text).unwrap();
        known["last_check_secs"] != 0
    };
    until_so(&mut window, "check", |_| is_checked());
    (0..20).for_each(|_| step(&mut window));
    assert!(!shows(&window, "Loom 1.1.0 is there"));
    // Whoever asks gets it.
    ask(&mut window);
    until(&mut window, "Update now");
}

#[test]
fn a_skipped_version_is_not_offered_again_and_a_later_one_is() {
    let mut source = Source::new();
    let mut window = source.open("1.0.0", Settings::default());
    until(&mut window, "Loom 1.1.0 is there");
    ask(&mut window);
    window.harness.get_by_label("Skip this version").click();
    window.steps();
    assert!(!shows(&window, "Loom 1.1.0 is there"));
    drop(window);
    let (settings, _) = Settings::load(source.userdata.path());
    assert_eq!(settings.updates.skipped_version.as_deref(), Some("1.1.0"));
    let again = |source: &Source| {
        let state = source.userdata.path().join("updates.json");
        std::fs::remove_file(state).ok();
        let (settings, _) = Settings::load(source.userdata.path());
        source.open("1.0.0", settings)
    };
    let before = source.server.count(stage::MANIFEST);
    let mut window = again(&source);
    until_so(&mut window, "check", |_| {
        source.server.count(stage::MANIFEST) != before
    });
    (0..20).for_each(|_| step(&mut window));
    assert!(!shows(&window, "Loom 1.1.0 is there"));
    drop(window);
    source.release = Release::new("1.2.0", &source.release.payload, &How::Installer);
    source.release.publish(&source.server, &source.key);
    let mut window = again(&source);
    until(&mut window, "Loom 1.2.0 is there");
}

#[test]
fn a_download_shows_how_far_it_is_and_can_be_given_up() {
    let source = Source::new();
    let whole = source.release.payload.clone();
    let path = stage::path(&source.release.name);
    source.server.reply(&path, move |request, stream| {
        let length = whole.len();
        stage::raw(
            stream,
            &format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n"),
        );
        stream.write_all(&whole[..length / 2]).ok();
        std::thread::sleep(Duration::from_millis(150));
        let three_quarters = length * 3 / 4;
        stream
            .write_all(&whole[length / 2..three_quarters - 1])
            .ok();
        std::thread::sleep(Duration::from_millis(150));
        stream
            .write_all(&whole[three_quarters - 1..three_quarters])
            .ok();
        stage::stall(request, stream);
    });
    let mut window = source.open("1.0.0", Source::quiet());
    ask(&mut window);
    until(&mut window, "Update now");
    window.key(NONE, Key::Enter);
    until(&mut window, "75 % fetched");
    assert!(shows(&window, "0.3 MB of 0.4 MB"));
    // Hidden, it goes on; the dot says so and brings it back.
    window.key(NONE, Key::Enter);
    assert_eq!(window.app().dialog(), None);
    let dot = "Loom 1.1.0 is being fetched";
    window.harness.get_by_label(dot).click();
    window.steps();
    window.harness.get_by_label("Cancel").click();
    window.steps();
    assert_eq!(window.app().dialog(), None);
    let begun = Instant::now();
    while stage::left(source.userdata.path()) != [""; 0] {
        assert!(begun.elapsed() < Duration::from_mins(2));
        std::thread::sleep(Duration::from_millis(5));
        window.harness.step();
    }
    assert!(shows(&window, "Loom 1.1.0 is there"), "it can be had later");
    assert_eq!(source.stub.started(), [""; 0]);
}

#[test]
fn a_version_that_is_fetched_in_the_background_waits_for_a_word() {
    let source = Source::new();
    let mut settings = Settings::default();
    settings.updates.auto_download = true;
    let mut window = source.open("1.0.0", settings.clone());
    let dot = "Loom 1.1.0 can be put in place";
    until(&mut window, dot);
    (0..20).for_each(|_| step(&mut window));
    assert_eq!(window.app().dialog(), None, "nobody is disturbed");
    assert_eq!(source.stub.started(), [""; 0], "nobody said so");
    window.harness.get_by_label(dot).click();
    window.steps();
    window.harness.get_by_label("Restart and update").click();
    started(&source, &mut window);
    drop(window);

    // One that cannot be had is offered as ever, without a word.
    let source = Source::new();
    let path = stage::path(&source.release.name);
    source.server.reply(&path, |_, stream| {
        stage::raw(
            stream,
            "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n",
        );
    });
    let mut window = source.open("1.0.0", settings.clone());
    until(&mut window, "Loom 1.1.0 is there");
    assert_eq!(window.app().dialog(), None);
    assert!(source.server.count(&path) > 0);
    drop(window);

    // Whoever looks on is asked at the end, and not closed.
    let source = Source::new();
    let whole = source.release.payload.clone();
    let path = stage::path(&source.release.name);
    let (go, wait) = std::sync::mpsc::sync_channel(1);
    let wait = std::sync::Mutex::new(wait);
    source.server.reply(&path, move |_, stream| {
        wait.lock().unwrap().recv().ok();
        let length = whole.len();
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n");
        stage::raw(stream, &head);
        stream.write_all(&whole).ok();
    });
    let mut window = source.open("1.0.0", settings);
    let dot = "Loom 1.1.0 is being fetched";
    until(&mut window, dot);
    window.harness.get_by_label(dot).click();
    window.steps();
    assert!(matches!(page(&window), Some(UpdatePage::Fetching { .. })));
    go.send(()).unwrap();
    until(&mut window, "Restart and update");
    assert_eq!(source.stub.started(), [""; 0]);
}

#[test]
fn an_offer_that_was_taken_back_goes_and_one_that_cannot_be_asked_about_stays() {
    let mut source = Source::new();
    source.feed.pace.between_checks = Duration::from_millis(300);
    let mut window = source.open("1.0.0", Settings::default());
    let dot = "Loom 1.1.0 is there";
    until(&mut window, dot);
    // Nobody answers: what is known holds.
    source.server.reply(LATEST, |_, stream| {
        stage::raw(stream, "HTTP/1.1 500 Oops\r\ncontent-length: 0\r\n\r\n");
    });
    let state = source.userdata.path().join("updates.json");
    let again = |window: &mut Window, source: &Source| {
        let asked = source.server.count(LATEST);
        // The clock has seconds.
        let text = std::fs::read_to_string(&state).unwrap();
        let mut known: serde_json::Value = serde_json::from_str(&text).unwrap();
        known["last_check_secs"] = 0.into();
        std::fs::write(&state, known.to_string()).unwrap();
        until_so(window, "question", |_| source.server.count(LATEST) > asked);
        (0..40).for_each(|_| step(window));
    };
    again(&mut window, &source);
    assert!(shows(&window, dot));
    ask(&mut window);
    assert!(matches!(page(&window), Some(UpdatePage::Offer(_))));
    // It is the newest no more.
    source.release = Release::new("1.0.0", &source.release.payload, &How::Installer);
    source.release.publish(&source.server, &source.key);
    again(&mut window, &source);
    until(&mut window, "is not to be had any more");
    assert!(!shows(&window, dot));
    assert_eq!(source.stub.started(), [""; 0]);
}

#[test]
fn while_another_window_is_open_the_update_waits_for_its_end() {
    let source = Source::new();
    let windows = source.userdata.path().join("windows");
    std::fs::create_dir_all(&windows).unwrap();
    // As the mark of a window lies there: locked.
    let mark = std::fs::File::create(windows.join("1.open")).unwrap();
    mark.lock().unwrap();
    let mut window = source.open("1.0.0", Source::quiet());
    ask(&mut window);
    until(&mut window, "Update now");
    window.key(NONE, Key::Enter);
    until(&mut window, "Another window of Loom is open");
    assert_eq!(source.stub.started(), [""; 0]);
    window.key(NONE, Key::Enter);
    drop(mark);
    ask(&mut window);
    until(&mut window, "Restart and update");
    window.key(NONE, Key::Enter);
    started(&source, &mut window);
}

#[test]
fn what_is_wrong_with_a_download_is_said_and_this_version_runs_on() {
    let source = Source::new();
    let mut other = source.release.payload.clone();
    *other.last_mut().unwrap() ^= 1;
    source
        .server
        .file(&stage::path(&source.release.name), &other);
    let mut window = source.open("1.0.0", Source::quiet());
    ask(&mut window);
    until(&mut window, "Update now");
    window.key(NONE, Key::Enter);
    until(&mut window, "The update was not fetched");
    assert!(shows(&window, "its digest is another"));
    assert!(shows(&window, "this is Loom 1.0.0"));
    window.key(NONE, Key::Enter);
    assert_eq!(window.app().dialog(), None);
    assert_eq!(source.stub.started(), [""; 0]);
    assert_eq!(stage::left(source.userdata.path()), [""; 0]);
}

#[test]
fn updates_that_are_off_or_by_hand_are_said_to_be() {
    let source = Source::new();
    for (off, text) in [
        (Off::NoRepository, "names no place"),
        (Off::NoKey, "holds no key"),
    ] {
        let here = stage::here(How::Portable, Path::new("loom"));
        let mut window = source.open_with(Updater::new(Err(off), here), Settings::default());
        ask(&mut window);
        until(&mut window, "Updates are off");
        assert!(shows(&window, text));
    }
    let here = stage::here(How::ByHand("Ask the packager."), Path::new("loom"));
    let updater = Updater::new(Ok(source.feed.clone()), here);
    let mut window = source.open_with(updater, Source::quiet());
    ask(&mut window);
    until(&mut window, "Loom 1.1.0 is there");
    assert!(shows(&window, "Ask the packager."));
    assert!(shows(&window, "Open the download page"));
    assert!(!shows(&window, "Update now"));
}

#[test]
fn the_settings_switch_checks_off_and_betas_on() {
    let source = Source::new();
    let mut window = source.open("1.0.0", Source::quiet());
    window.key(Modifiers::COMMAND, Key::Comma);
    window
        .harness
        .get_by_label("Look for new versions once a day")
        .click();
    window.steps();
    for label in ["Betas too", "Fetch them in the background"] {
        window.harness.get_by_label(label).click();
        window.steps();
    }
    let (settings, _) = Settings::load(source.userdata.path());
    assert!(settings.updates.check_on_startup);
    assert_eq!(settings.updates.channel, "beta");
    assert!(settings.updates.auto_download);
    assert_eq!(
        source.server.count(LATEST) + source.server.count(stage::ALL),
        0
    );
}

#[test]
fn a_server_that_never_answers_holds_up_no_frame() {
    let mut source = Source::new();
    source.server.reply(LATEST, stage::stall);
    source.feed.pace.check = Duration::from_mins(10);
    let mut window = source.open("1.0.0", Settings::default());
    let begun = Instant::now();
    while source.server.count(LATEST) == 0 {
        assert!(begun.elapsed() < Duration::from_mins(2));
        std::thread::sleep(Duration::from_millis(5));
        window.harness.step();
    }
    // While it is waited for, the window does what is asked of it.
    window.key(NONE, Key::Tab);
    window.typed("add");
    window.key(NONE, Key::Enter);
    assert_eq!(window.app().project().document.graph().node_count(), 1);
    ask(&mut window);
    assert!(shows(&window, "Asking whether"));
    window.key(NONE, Key::Escape);
    assert_eq!(window.app().dialog(), None);
    window.key(Modifiers::COMMAND, Key::Z);
    assert_eq!(window.app().project().document.graph().node_count(), 0);
}
