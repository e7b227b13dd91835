//! The savefile is written by something else while its project is open: real files, real git.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant, SystemTime};

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use loom::document::file::to_text;
use loom::project::generations;
use loom::ui::dialogs::Dialog;
use serde_json::{Value as Json, json};

use crate::journal::written;
use crate::{Window, empty};

/// A window on a project with one saved node, "Add" at a place that is known.
struct Stage {
    window: Window,
    project: PathBuf,
    userdata: tempfile::TempDir,
}

impl Stage {
    fn new() -> Self {
        let userdata = tempfile::tempdir().unwrap();
        let project = empty(userdata.path());
        let mut window = Window::open(|_| project.clone());
        add(&mut window);
        save(&mut window);
        Self {
            window,
            project,
            userdata,
        }
    }

    fn file(&self) -> PathBuf {
        self.project.join("savefile.json")
    }

    fn text(&self) -> String {
        fs::read_to_string(self.file()).unwrap()
    }

    /// What something else makes of the savefile.
    fn change(&self, change: impl FnOnce(&mut Json)) -> String {
        change_file(&self.file(), change)
    }

    /// As `text` says what is shown.
    fn shown(&self) -> String {
        to_text(&self.window.app().project().document, None)
    }

    fn count(&self) -> usize {
        count(&self.window)
    }

    fn is_dirty(&self) -> bool {
        self.window.app().project().document.is_dirty()
    }

    fn steps(&self) -> usize {
        self.window.app().project().document.history().done()
    }

    fn undo(&mut self) {
        self.window.key(Modifiers::COMMAND, Key::Z);
    }

    #[track_caller]
    fn until(&mut self, what: &str, is_there: impl FnMut(&loom::app::App) -> bool) {
        self.window.wait(what, is_there);
    }

    #[track_caller]
    fn until_asked(&mut self) {
        self.until("the question", |app| {
            matches!(app.dialog(), Some(Dialog::Clash(_)))
        });
        self.window.steps();
    }

    #[track_caller]
    fn until_told(&mut self, words: &str) {
        until_told(&mut self.window, words);
    }

    /// The window is killed, something happens, and another is opened.
    fn killed(self, meanwhile: impl FnOnce(&Path)) -> Self {
        let Self {
            window,
            project,
            userdata,
        } = self;
        drop(window);
        meanwhile(&project.join("savefile.json"));
        let window = Window::open(|_| project.clone());
        Self {
            window,
            project,
            userdata,
        }
    }

    /// Both move the one node; something else adds another.
    fn clash(&mut self) -> String {
        self.window.key(Modifiers::COMMAND, Key::A);
        self.window.key(Modifiers::COMMAND, Key::ArrowRight);
        self.change(|json| {
            json["nodes"][0]["position"]["x"] = (-700).into();
            another(json);
        })
    }

    fn x(&self) -> f32 {
        let graph = self.window.app().project().document.graph();
        graph.node_by_key("node_1").unwrap().pos.x
    }
}

fn change_file(file: &Path, change: impl FnOnce(&mut Json)) -> String {
    let mut json: Json = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    change(&mut json);
    let text = serde_json::to_string_pretty(&json).unwrap() + "\n";
    fs::write(file, &text).unwrap();
    text
}

fn another(json: &mut Json) {
    // With the title where Loom writes it.
    let node = json["nodes"][0].to_string();
    let node = node.replace(
        "\"name\":\"add\"",
        "\"name\":\"add\",\"title\":\"From outside\"",
    );
    let mut node: Json = serde_json::from_str(&node).unwrap();
    node["nodeId"] = json!("node_77");
    node["position"]["y"] = json!(4000);
    json["nodes"].as_array_mut().unwrap().push(node);
}

fn add(window: &mut Window) {
    window.key(Modifiers::NONE, Key::Tab);
    window.typed("add");
    window.key(Modifiers::NONE, Key::Enter);
}

fn count(window: &Window) -> usize {
    window.app().project().document.graph().node_count()
}

fn save(window: &mut Window) {
    window.key(Modifiers::COMMAND, Key::S);
    window.wait("the save", |app| !app.project().document.is_dirty());
}

#[track_caller]
fn until_told(window: &mut Window, words: &str) {
    let until = Instant::now() + Duration::from_mins(1);
    while window.harness.query_all_by_label_contains(words).count() == 0 {
        assert!(Instant::now() < until, "not told: {words}");
        std::thread::sleep(Duration::from_millis(5));
        window.steps();
    }
}

/// Frames for as long as some looks at the file take: for what must not happen.
fn some_looks(window: &mut Window) {
    let until = Instant::now() + Duration::from_millis(1500);
    while Instant::now() < until {
        std::thread::sleep(Duration::from_millis(20));
        window.steps();
    }
}

#[test]
fn a_file_that_is_only_touched_is_nothing_and_one_that_says_more_is_one_step() {
    let mut stage = Stage::new();
    let before = stage.text();
    fs::write(stage.file(), &before).unwrap();
    let file = fs::File::options().write(true).open(stage.file()).unwrap();
    file.set_modified(SystemTime::now() + Duration::from_hours(1))
        .unwrap();
    drop(file);
    some_looks(&mut stage.window);
    assert_eq!(
        (stage.count(), stage.steps(), stage.is_dirty()),
        (1, 1, false)
    );

    let theirs = stage.change(another);
    stage.until("the other node", |app| {
        app.project().document.graph().node_count() == 2
    });
    stage.until_told("Changed outside: \"From outside\" added; undo takes it back");
    assert_eq!((stage.steps(), stage.is_dirty()), (2, false));
    assert_eq!(stage.shown(), theirs);
    stage.undo();
    assert_eq!(stage.shown(), before);
    assert!(stage.is_dirty(), "the file has the other node");
    assert_eq!(stage.text(), theirs, "nothing was written");
    stage
        .window
        .key(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    assert_eq!((stage.count(), stage.is_dirty()), (2, false));
}

#[test]
fn changes_that_do_not_touch_each_other_come_together() {
    let mut stage = Stage::new();
    add(&mut stage.window);
    let mine = stage.shown();
    stage.change(another);
    stage.until("the other node", |app| {
        app.project().document.graph().node_count() == 3
    });
    stage.until_told("put together with your changes: \"From outside\" added");
    assert!(stage.is_dirty());
    assert!(stage.window.app().dialog().is_none());
    stage.undo();
    assert_eq!(stage.shown(), mine);
    assert!(stage.is_dirty());
    stage.undo();
    assert!(stage.is_dirty(), "the file holds none of these states");
    for _ in 0..2 {
        stage
            .window
            .key(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    }
    save(&mut stage.window);
    assert_eq!(stage.text().matches("\"nodeId\"").count(), 3);
    // What is saved here is nothing new.
    some_looks(&mut stage.window);
    assert_eq!(
        (stage.count(), stage.steps(), stage.is_dirty()),
        (3, 3, false)
    );
}

#[test]
fn what_both_changed_is_asked_and_each_answer_does_what_it_says() {
    for answer in ["Put together", "Theirs for", "Take theirs", "Keep mine"] {
        let mut stage = Stage::new();
        let before = stage.x();
        let theirs = stage.clash();
        let mine = (stage.shown(), stage.x());
        stage.until_asked();
        let Some(Dialog::Clash(page)) = stage.window.app().dialog() else {
            unreachable!()
        };
        assert_eq!(page.rows.len(), 1, "{page:?}");
        assert!(page.rows[0].place.ends_with("position"), "{page:?}");
        assert_eq!((page.outside.len(), page.here.len()), (2, 1), "{page:?}");
        assert_eq!(
            (stage.text(), stage.shown()),
            (theirs.clone(), mine.0.clone())
        );
        if answer == "Theirs for" {
            let button = stage
                .window
                .harness
                .get_by_label_contains("Theirs for node");
            button.click();
            stage.window.steps();
            stage.window.harness.get_by_label("Put together").click();
        } else {
            stage.window.harness.get_by_label(answer).click();
        }
        stage.window.steps();
        let (count, x) = match answer {
            "Put together" => (2, mine.1),
            "Keep mine" => (1, mine.1),
            _ => (2, -700.0),
        };
        stage.until("the answer", |app| {
            app.dialog().is_none() && app.project().document.graph().node_count() == count
        });
        assert_eq!((stage.count(), stage.x()), (count, x), "{answer}");
        let is_theirs = count == 2 && x < 0.0;
        assert_eq!(stage.is_dirty(), !is_theirs, "{answer}");
        assert_eq!(stage.text(), theirs, "{answer}: nothing was written");
        some_looks(&mut stage.window);
        assert!(stage.window.app().dialog().is_none(), "it was decided");
        if answer == "Keep mine" {
            // What it is written over is kept.
            save(&mut stage.window);
            let kept = &generations::list(&stage.project)[0];
            assert_eq!(fs::read_to_string(&kept.path).unwrap(), theirs);
        } else {
            stage.undo();
            assert_eq!(stage.shown(), mine.0, "{answer}: one step back");
        }
        stage.undo();
        assert!((stage.x() - before).abs() < 0.5, "{answer}");
    }
}

#[test]
fn a_question_that_is_put_off_is_asked_again_and_nothing_is_written_over() {
    let mut stage = Stage::new();
    let theirs = stage.clash();
    let mine = stage.shown();
    stage.until_asked();
    stage.window.key(Modifiers::NONE, Key::Escape);
    assert!(stage.window.app().dialog().is_none());
    some_looks(&mut stage.window);
    assert!(stage.window.app().dialog().is_none(), "it does not insist");
    assert_eq!(
        (stage.shown(), stage.text()),
        (mine.clone(), theirs.clone())
    );

    stage
        .window
        .harness
        .get_by_label("Changed outside…")
        .click();
    stage.window.steps();
    stage.until_asked();
    stage.window.key(Modifiers::NONE, Key::Escape);
    // A save asks, too, and goes on with the answer.
    stage.window.key(Modifiers::COMMAND, Key::S);
    stage.until_asked();
    assert_eq!(stage.text(), theirs);
    stage.window.key(Modifiers::NONE, Key::Enter);
    stage.until("the save", |app| !app.project().document.is_dirty());
    assert_eq!(stage.text(), stage.shown());
    assert_eq!(stage.count(), 2);
    let gone = stage.window.harness.query_all_by_label("Changed outside…");
    assert_eq!(gone.count(), 0);

    // Back to what it was before the question: nothing is left to ask.
    let saved = stage.text();
    stage.clash();
    stage.until_asked();
    fs::write(stage.file(), saved).unwrap();
    stage.until("no question", |app| app.dialog().is_none());
}

#[test]
fn a_save_writes_over_nothing_that_was_written_a_moment_before() {
    let mut stage = Stage::new();
    add(&mut stage.window);
    // Before anybody can have looked.
    stage.change(another);
    stage.window.key(Modifiers::COMMAND, Key::S);
    stage.until("the save", |app| !app.project().document.is_dirty());
    assert_eq!(stage.count(), 3);
    assert_eq!(stage.text(), stage.shown());

    let theirs = stage.clash();
    stage.window.key(Modifiers::COMMAND, Key::W);
    stage.window.harness.get_by_label("Save").click();
    stage.until_asked();
    assert_eq!(stage.text(), theirs);
    stage.window.harness.get_by_label("Keep mine").click();
    stage.until("the tab's end", |app| app.project().is_welcome());
    assert_eq!(stage.text().matches("\"nodeId\"").count(), 3);
    let kept = &generations::list(&stage.project)[0];
    assert_eq!(fs::read_to_string(&kept.path).unwrap(), theirs);
}

#[test]
fn a_file_that_cannot_be_taken_is_told_and_looked_at_again() {
    let mut stage = Stage::new();
    let saved = stage.text();
    fs::write(stage.file(), "<<<<<<< HEAD\n").unwrap();
    stage.until_told("line 1");
    assert_eq!(stage.count(), 1);
    assert!(stage.is_dirty(), "no file has it");
    fs::write(stage.file(), &saved).unwrap();
    stage.until_told("again as it was");
    assert!(!stage.is_dirty());

    fs::remove_file(stage.file()).unwrap();
    stage.until_told("is not there any more");
    assert!(stage.is_dirty());
    // Another version comes in its place.
    fs::write(stage.file(), &saved).unwrap();
    stage.change(another);
    stage.until("the other node", |app| {
        app.project().document.graph().node_count() == 2
    });
    assert!(!stage.is_dirty());

    fs::write(stage.file(), r#"{"nodes": [], "minReader": 99}"#).unwrap();
    stage.until_told("The savefile is not what is shown");
    stage.until_told("newer Loom");
    stage.window.key(Modifiers::COMMAND, Key::S);
    stage.until_told("Not saved:");
    assert_eq!(stage.text(), r#"{"nodes": [], "minReader": 99}"#);
    stage.window.key(Modifiers::COMMAND, Key::W);
    stage.until_told("Keep for later");
    stage.window.key(Modifiers::NONE, Key::Escape);

    fs::write(stage.file(), "{}").unwrap();
    stage.until_told("has no \"nodes\"");
    save(&mut stage.window);
    assert_eq!(stage.text(), stage.shown());
    let kept = fs::read_dir(&stage.project).unwrap().flatten();
    let kept: Vec<_> = kept
        .filter(|it| {
            it.file_name()
                .to_string_lossy()
                .starts_with("savefile.corrupt-")
        })
        .map(|it| fs::read_to_string(it.path()).unwrap())
        .collect();
    assert_eq!(kept, ["{}"]);
    fs::remove_file(stage.file()).unwrap();
    stage.until_told("is not there any more");
    save(&mut stage.window);
    assert_eq!(stage.text(), stage.shown());
}

#[test]
fn what_was_put_together_comes_back_after_a_kill() {
    for is_clean in [false, true] {
        let mut stage = Stage::new();
        if !is_clean {
            add(&mut stage.window);
        }
        stage.change(|json| {
            another(json);
            json["metadata"]["description"] = json!("Told outside");
        });
        let count = if is_clean { 2 } else { 3 };
        stage.until("the other node", |app| {
            app.project().document.graph().node_count() == count
        });
        // The first node, its save, the second one, what came, and whether the file has it.
        written(
            &mut stage.window,
            &stage.project,
            if is_clean { 4 } else { 5 },
        );
        let shown = stage.shown();
        let mut stage = stage.killed(|_| {});
        assert!(stage.window.app().dialog().is_none());
        assert_eq!(stage.shown(), shown);
        assert!(shown.contains("Told outside"));
        assert_eq!(stage.is_dirty(), !is_clean);
        some_looks(&mut stage.window);
        assert_eq!(stage.count(), count, "it is not merged twice");
        stage.undo();
        assert_eq!(stage.count(), count - 1);
        assert!(stage.is_dirty());
        stage
            .window
            .key(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
        if !is_clean {
            save(&mut stage.window);
        }
        assert_eq!(stage.text(), stage.shown());
    }
}

#[test]
fn what_was_changed_between_a_kill_and_the_next_start_is_put_together_too() {
    // Of what the killed window did nothing is saved, all is, or something was taken back that is.
    for (does, undoes) in [(1, 0), (0, 0), (0, 1)] {
        let mut stage = Stage::new();
        for _ in 0..does {
            add(&mut stage.window);
        }
        for _ in 0..undoes {
            stage.undo();
        }
        written(&mut stage.window, &stage.project, 2 + does + undoes);
        let mine = stage.shown();
        let mut stage = stage.killed(|savefile| {
            change_file(savefile, another);
        });
        assert!(stage.window.app().dialog().is_none());
        stage.until("the other node", |app| {
            app.project()
                .document
                .graph()
                .node_by_key("node_77")
                .is_some()
        });
        assert_eq!(stage.count(), 2 + does - undoes);
        assert_eq!(stage.is_dirty(), does + undoes > 0);
        stage.undo();
        assert_eq!(stage.shown(), mine, "one step back");
        // What the file had before is behind that still.
        for _ in 0..stage.steps() {
            stage.undo();
        }
        assert_eq!(stage.count(), 0);
    }
}

#[test]
fn what_both_changed_before_and_after_a_kill_is_asked() {
    let mut stage = Stage::new();
    let before = stage.text();
    let theirs = stage.clash();
    let mine = stage.x();
    fs::write(stage.file(), before).unwrap();
    written(&mut stage.window, &stage.project, 3);
    let mut stage = stage.killed(|savefile| fs::write(savefile, &theirs).unwrap());
    stage.until_asked();
    assert_eq!((stage.count(), stage.text()), (1, theirs));
    assert!((stage.x() - mine).abs() < 0.5);
    stage.window.harness.get_by_label("Put together").click();
    stage.until("the answer", |app| {
        app.project().document.graph().node_count() == 2
    });
    assert!(
        (stage.x() - mine).abs() < 0.5,
        "mine stays where nothing else is said"
    );
    assert!(stage.is_dirty());
}

#[test]
fn what_git_checks_out_is_shown_also_in_a_tab_behind() {
    let mut stage = Stage::new();
    let git = |project: &Path, args: &[&str]| {
        let who = ["-c", "user.name=T", "-c", "user.email=t@example.org"];
        let mut git = Command::new("git");
        let git = git.args(who).args(args).current_dir(project);
        let output = git.output().unwrap();
        assert!(output.status.success(), "{output:?}");
    };
    git(&stage.project, &["init", "-q", "-b", "main"]);
    git(&stage.project, &["add", "savefile.json"]);
    git(&stage.project, &["commit", "-qm", "one"]);
    git(&stage.project, &["switch", "-qc", "more"]);
    let other = loom::project::create("Other", stage.window.userdata.path()).unwrap();
    for number in [2, 1, 2] {
        let branch = if number == 2 { "more" } else { "main" };
        if stage.count() == 1 && number == 2 && stage.steps() == 1 {
            stage.change(another);
            git(&stage.project, &["commit", "-qam", "two"]);
        } else {
            git(&stage.project, &["switch", "-q", branch]);
        }
        stage.until("the branch", |app| {
            app.project().document.graph().node_count() == number
        });
        assert!(!stage.is_dirty());
    }
    assert_eq!(stage.steps(), 4, "each a step that can be undone");

    // Another project comes in front.
    stage.window.key(Modifiers::COMMAND, Key::O);
    stage.window.typed(&other.display().to_string());
    stage.window.key(Modifiers::NONE, Key::Enter);
    assert_eq!(stage.window.app().project().name(), "Other");
    git(&stage.project, &["switch", "-q", "main"]);
    stage.until_told("Empty: Changed outside: \"From outside\" removed");
    stage.window.key(Modifiers::COMMAND, Key::Tab);
    assert_eq!(stage.window.app().project().name(), "Empty");
    assert_eq!((stage.count(), stage.is_dirty()), (1, false));
}

#[test]
fn the_savefile_is_taken_in_place_of_what_is_shown_when_asked_for() {
    let mut stage = Stage::new();
    let saved = stage.shown();
    add(&mut stage.window);
    let mine = stage.shown();
    let reload = |stage: &mut Stage| {
        stage
            .window
            .key(Modifiers::COMMAND | Modifiers::SHIFT, Key::P);
        stage.window.typed("reload the savefile");
        stage.window.key(Modifiers::NONE, Key::Enter);
    };
    reload(&mut stage);
    stage.until("what was saved", |app| !app.project().document.is_dirty());
    assert_eq!(stage.shown(), saved);
    stage.undo();
    assert_eq!(stage.shown(), mine);
    assert!(stage.is_dirty());

    fs::write(stage.file(), "<<<<<<< HEAD\n").unwrap();
    reload(&mut stage);
    stage.until_told("line 1");
    assert_eq!(stage.shown(), mine);
    assert_eq!(stage.text(), "<<<<<<< HEAD\n");
}

#[test]
fn whether_the_project_may_run_is_known_before_what_was_written_outside_is_shown() {
    let mut stage = Stage::new();
    stage.until("that it is trusted", |app| !app.project().is_restricted());
    stage.change(another);
    stage.until("both nodes", |app| {
        let is_shown = app.project().document.graph().node_count() == 2;
        assert!(!is_shown || app.project().is_restricted(), "it may run");
        is_shown
    });
}
