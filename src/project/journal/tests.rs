//! Tests of the journal on a real disk.

use std::fs;

use super::*;
use crate::document::Document;
use crate::document::ops;
use crate::graph::{Bank, NodeKind, pos2};

fn saved(text: &str) -> Base {
    Base {
        text: text.into(),
        is_unsaved: false,
    }
}

struct Stage {
    folder: tempfile::TempDir,
    catalog: Catalog,
    document: Document,
    location: Location,
    journal: Journal,
}

impl Stage {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let catalog = Catalog::new([Arc::new(NodeKind::new(Bank::Builtin, "add"))]);
        let base = file::to_text(&Document::default(), None);
        fs::write(folder.path().join(SAVEFILE), &base).unwrap();
        let mut document = file::parse(base.as_bytes(), Path::new(""), &catalog)
            .unwrap()
            .document;
        document.record();
        let location = Location::new(folder.path(), &folder.path().join("userdata"));
        Self {
            journal: location.begin(&saved(&base), Standing::Trusted).unwrap(),
            location,
            folder,
            catalog,
            document,
        }
    }

    fn add(&mut self, count: usize) {
        for _ in 0..count {
            let kind = self.catalog.get(Bank::Builtin, "add").unwrap().clone();
            let at = (pos2(0.5, 1.0 / 3.0), None);
            let (_, transaction) = ops::add_node(self.document.graph(), &kind, at, None);
            self.document.commit(transaction).unwrap();
        }
    }

    fn write(&mut self) {
        let entries = self.document.take_entries();
        self.journal.append(&entries).unwrap();
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join(".loom/journal")
    }

    fn find(&self) -> Option<Found> {
        self.location.find(&self.catalog)
    }
}

#[test]
fn what_was_done_comes_back_with_its_history() {
    let mut stage = Stage::new();
    assert!(stage.find().is_none(), "nothing was done");
    stage.add(3);
    stage.document.undo();
    stage.write();
    let mut found = stage.find().unwrap();
    assert_eq!((found.steps, found.lost, found.is_current), (4, 0, true));
    assert_eq!(found.document.graph(), stage.document.graph());
    assert!(found.document.is_dirty());
    assert!(found.document.redo().is_some());
    while found.document.undo().is_some() {}
    assert!(!found.document.is_dirty());
    stage.location.discard().unwrap();
    assert!(stage.find().is_none());
}

#[test]
fn a_line_that_is_torn_anywhere_costs_itself_alone() {
    let mut stage = Stage::new();
    stage.add(2);
    stage.write();
    let whole = fs::read(stage.path()).unwrap();
    stage.add(1);
    stage.write();
    let more = fs::read(stage.path()).unwrap();
    for end in whole.len()..more.len() {
        fs::write(stage.path(), &more[..end]).unwrap();
        assert_eq!(stage.find().unwrap().steps, 2, "{end}");
    }
    // Not only torn but damaged: each bit counts.
    for at in whole.len()..more.len() - 1 {
        let mut damaged = more.clone();
        damaged[at] ^= 1;
        fs::write(stage.path(), damaged).unwrap();
        assert_eq!(stage.find().unwrap().steps, 2, "{at}");
    }
    fs::write(stage.path(), &more[..more.len() - 3]).unwrap();
    let found = stage.find().unwrap();
    stage.document = found.document.clone();
    stage.document.record();
    stage.journal = stage.location.resume(&found.place).unwrap();
    stage.add(1);
    stage.write();
    let found = stage.find().unwrap();
    assert_eq!(found.steps, 3, "written on behind what was whole");
    assert_eq!(found.document.graph().node_count(), 3);
}

#[test]
fn a_savefile_that_something_else_changed_is_known() {
    let mut stage = Stage::new();
    stage.add(1);
    stage.write();
    let savefile = stage.folder.path().join(SAVEFILE);
    file::save(&stage.document, &savefile).unwrap();
    let mark = stage.document.history().mark();
    stage.document.set_saved(mark);
    stage.write();
    let found = stage.find().unwrap();
    assert!(found.is_current && !found.document.is_dirty());

    let mut other = stage.document.clone();
    let kind = stage.catalog.get(Bank::Builtin, "add").unwrap().clone();
    let (_, transaction) = ops::add_node(other.graph(), &kind, (pos2(7.0, 7.0), None), None);
    other.commit(transaction).unwrap();
    file::save(&other, &savefile).unwrap();
    assert!(!stage.find().unwrap().is_current);
    stage.journal.acknowledge().unwrap();
    let found = stage.find().unwrap();
    assert!(found.is_current);
    assert_eq!(found.steps, 1);
}

#[test]
fn steps_whose_nodes_are_not_what_they_were_are_counted() {
    let mut stage = Stage::new();
    stage.add(2);
    stage.write();
    let mut lines = fs::read_to_string(stage.path()).unwrap();
    let mut chain = Chain::default();
    let untagged = (&stage.location.key, None);
    for (number, json) in [
        (3, r#"{"do": "Delete", "edits": [{"remove": 77}]}"#),
        (4, r#""undo""#),
    ] {
        lines += &line(number, json, &mut chain, untagged);
    }
    fs::write(stage.path(), lines).unwrap();
    let found = stage.find().unwrap();
    assert_eq!((found.steps, found.lost), (2, 2));
    assert_eq!(found.document.graph().node_count(), 2);
    assert!(found.document.is_dirty());
}

#[test]
fn what_no_file_holds_is_found_before_anything_is_done_to_it() {
    let stage = Stage::new();
    let base = Base {
        is_unsaved: true,
        ..saved(&file::to_text(&Document::default(), None))
    };
    stage.location.begin(&base, Standing::Trusted).unwrap();
    let found = stage.find().unwrap();
    assert!(found.is_current && found.document.is_dirty());
    assert_eq!(found.steps, 0);
}

#[test]
fn it_goes_on_elsewhere_when_nothing_more_can_be_written_here() {
    let mut stage = Stage::new();
    stage.add(1);
    stage.write();
    let aside = stage.folder.path().join("userdata").join("journals");
    stage.journal.move_aside().unwrap();
    stage.add(1);
    stage.write();
    stage.journal.move_aside().unwrap_err();
    assert_eq!(stage.find().unwrap().steps, 2);
    // And here again, when it can be.
    stage.journal.move_home().unwrap();
    assert_eq!(fs::read_dir(&aside).unwrap().count(), 0);
    stage.journal.move_home().unwrap();
    stage.add(1);
    stage.write();
    assert_eq!(stage.find().unwrap().steps, 3);
    stage.location.discard().unwrap();
    assert!(stage.find().is_none());
}

#[test]
fn where_the_project_cannot_be_written_to_it_lies_aside() {
    let stage = Stage::new();
    let folder = tempfile::tempdir().unwrap();
    // A file in the place of the folder: no right to write, for any user.
    fs::write(folder.path().join(".loom"), "").unwrap();
    let location = Location::new(folder.path(), &folder.path().join("userdata"));
    let base = saved(&file::to_text(&Document::default(), None));
    let mut journal = location.begin(&base, Standing::Trusted).unwrap();
    let mut document = stage.document;
    let kind = stage.catalog.get(Bank::Builtin, "add").unwrap().clone();
    let (_, transaction) = ops::add_node(document.graph(), &kind, (pos2(0.0, 0.0), None), None);
    document.commit(transaction).unwrap();
    journal.append(&document.take_entries()).unwrap();
    journal.flush().unwrap();
    assert_eq!(location.find(&stage.catalog).unwrap().steps, 1);
    location.discard().unwrap_err();
}

/// A project with a journal as an earlier Loom left it.
fn left(form: &str) -> (tempfile::TempDir, Catalog, Location) {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let fixture = fixture.join(form);
    let project = tempfile::tempdir().unwrap();
    let lies = project.path().join(".loom").join("journal");
    fs::create_dir(project.path().join(".loom")).unwrap();
    fs::copy(fixture.join("journal"), lies).unwrap();
    fs::copy(fixture.join(SAVEFILE), project.path().join(SAVEFILE)).unwrap();
    let catalog = Catalog::new([Arc::new(NodeKind::new(Bank::Builtin, "add"))]);
    let location = Location::new(project.path(), &project.path().join("userdata"));
    (project, catalog, location)
}

/// A journal of the first form, with a torn line at its end.
#[test]
fn a_journal_of_the_first_form_comes_back_and_is_written_on() {
    let (project, catalog, location) = left("journal-form-1");
    let lies = project.path().join(".loom").join("journal");
    let mut found = location.find(&catalog).unwrap();
    assert!(!found.place.is_own(), "it says of itself that it is ours");
    assert_eq!((found.steps, found.lost), (9, 0));
    assert_eq!(found.document.graph().node_count(), 6);
    assert_eq!(
        found.document.history().redo_labels().count(),
        1,
        "the move was taken back"
    );
    let mut journal = location.resume(&found.place).unwrap();
    found.document.redo().unwrap();
    journal.append(&found.document.take_entries()).unwrap();
    journal.rotate(&catalog).unwrap();

    let text = fs::read_to_string(&lies).unwrap();
    assert!(
        text.starts_with("13 ") && text.contains(r#"{"journal":2,"#),
        "{text}"
    );
    let again = location.find(&catalog).unwrap();
    assert_eq!(again.document.graph(), found.document.graph());
    assert_eq!(again.document.history().done(), 7);
    assert_eq!((again.steps, again.document.is_dirty()), (10, true));
}

/// One of the form that had no tags: a snapshot with a history, and lines.
#[test]
fn a_journal_without_tags_comes_back_whole_and_is_written_on() {
    let (project, catalog, location) = left("journal-form-2");
    let lies = project.path().join(".loom").join("journal");
    let before = fs::read_to_string(&lies).unwrap();
    let found = location.find(&catalog).unwrap();
    assert_eq!((found.steps, found.lost, found.is_current), (6, 0, true));
    assert_eq!(found.document.graph().node_count(), 4);
    assert!(!found.place.is_own() && !found.place.is_trusted());
    let mut journal = location.resume(&found.place).unwrap();
    let after = fs::read_to_string(&lies).unwrap();
    assert!(after.len() > before.len() && after.starts_with(&before));
    let again = location.find(&catalog).unwrap();
    assert_eq!(again.document.graph(), found.document.graph());
    assert_eq!(again.steps, found.steps);
    // It is ours, and not yet what may run.
    assert!(again.place.is_own() && !again.place.is_trusted());
    journal.rotate(&catalog).unwrap();
    assert!(!location.find(&catalog).unwrap().place.is_trusted());
    journal.stand(Standing::Trusted).unwrap();
    assert!(location.find(&catalog).unwrap().place.is_trusted());
    // What lies in userdata is ours by that.
    fs::create_dir_all(location.aside.parent().unwrap()).unwrap();
    fs::write(&location.aside, before).unwrap();
    fs::remove_file(&lies).unwrap();
    let found = location.find(&catalog).unwrap();
    assert!(found.place.is_trusted());
    let mut journal = location.resume(&found.place).unwrap();
    journal.move_home().unwrap();
    assert!(location.find(&catalog).unwrap().place.is_trusted());
}

#[test]
fn what_anybody_else_does_to_a_journal_makes_it_foreign() {
    let mut stage = Stage::new();
    stage.add(3);
    stage.document.undo();
    stage.write();
    let own = fs::read_to_string(stage.path()).unwrap();
    let is_own = |text: &str, location: &Location| {
        fs::write(stage.path(), text).unwrap();
        let found = location.find(&stage.catalog).unwrap();
        assert!(!found.place.is_trusted() || found.place.is_own());
        found.place.is_own()
    };
    assert!(is_own(&own, &stage.location));
    let lines: Vec<&str> = own.lines().collect();
    let numbered = |number: usize, line: &str, tag: bool| {
        let mut parts = line.splitn(4, ' ').skip(2);
        let (old, json) = (parts.next().unwrap(), parts.next().unwrap());
        let rest = if tag {
            format!("{old} {json}")
        } else {
            json.to_owned()
        };
        let sum = crc32fast::hash(format!("{number} {rest}").as_bytes());
        format!("{number} {sum:08x} {rest}\n")
    };
    let all = |tag: bool| -> String {
        let lines = lines.iter().enumerate();
        lines.map(|(at, line)| numbered(at, line, tag)).collect()
    };
    assert_eq!(all(true), own);
    // Another journal of the same beginning.
    let other = Stage::new();
    let other_lines = fs::read_to_string(other.path()).unwrap();
    let first = |text: &str| text.lines().next().unwrap().to_owned() + "\n";
    for (what, text) in [
        ("without tags", all(false)),
        (
            "added without a tag",
            own.clone() + &numbered(5, lines[1], false),
        ),
        ("repeated", own.clone() + &numbered(5, lines[4], true)),
        (
            "exchanged",
            [0, 2, 1, 3, 4]
                .iter()
                .enumerate()
                .map(|(at, from)| numbered(at, lines[*from], true))
                .collect(),
        ),
        (
            "left out",
            [0, 2, 3, 4]
                .iter()
                .enumerate()
                .map(|(at, from)| numbered(at, lines[*from], true))
                .collect(),
        ),
        (
            "on another beginning",
            first(&other_lines) + &own[first(&own).len()..],
        ),
    ] {
        assert!(!is_own(&text, &stage.location), "{what}");
    }
    // A part of it is: what a crash cost.
    let part = lines[..3].join("\n") + "\n";
    assert!(is_own(&part, &stage.location));
    // Nor is it where there is another key; then nothing is lost but that.
    let elsewhere = Location::new(stage.folder.path(), &stage.folder.path().join("other"));
    assert!(!is_own(&own, &elsewhere));
    assert_eq!(elsewhere.find(&stage.catalog).unwrap().steps, 4);
    // What is foreign hides nothing of our own.
    let newer = all(false);
    fs::create_dir_all(stage.location.aside.parent().unwrap()).unwrap();
    fs::write(&stage.location.aside, &part).unwrap();
    assert!(is_own(&newer, &stage.location));
    assert_eq!(stage.location.find(&stage.catalog).unwrap().steps, 2);
}

#[test]
fn nothing_that_something_else_wrote_gets_a_tag() {
    let mut stage = Stage::new();
    stage.add(2);
    stage.write();
    let own = fs::read_to_string(stage.path()).unwrap();
    let mut chain = Chain::default();
    let untagged = (&stage.location.key, None);
    let mut foreign = String::new();
    for (number, text) in own.lines().enumerate() {
        let json = text.splitn(4, ' ').nth(3).unwrap();
        let json = json.replace("\"add\"", "\"evil\"");
        foreign += &line(number as u64, &json, &mut chain, untagged);
    }
    fs::write(stage.path(), &foreign).unwrap();
    stage.journal.rotate(&stage.catalog).unwrap_err();
    assert_eq!(fs::read_to_string(stage.path()).unwrap(), foreign);
    // What is written behind it answers for what was there before, not for that.
    stage.journal.stand(Standing::Restricted).unwrap();
    assert!(!stage.find().unwrap().place.is_own());
}

#[test]
fn a_snapshot_takes_the_place_of_all_lines_and_nothing_is_missing() {
    let mut stage = Stage::new();
    stage.add(5);
    // What is gone keeps its number: what comes back is not another node.
    let nodes: Vec<_> = stage.document.graph().nodes().map(|node| node.id).collect();
    let delete = ops::delete(
        stage.document.graph(),
        &nodes[1..4].iter().copied().collect(),
    );
    stage.document.commit(delete).unwrap();
    stage.add(2);
    stage.document.undo();
    stage.write();
    for turn in 0..3 {
        stage.journal.rotate(&stage.catalog).unwrap();
        let lines = fs::read_to_string(stage.path()).unwrap();
        assert_eq!(lines.lines().count(), 1);
        let found = stage.find().unwrap();
        assert_eq!(found.document.graph(), stage.document.graph());
        assert_eq!(found.steps, 9 + 2 * turn);
        assert!(found.is_current);
        let mut same = (found.document, stage.document.clone());
        while same.0.redo().is_some() {}
        while same.1.redo().is_some() {}
        while same.1.undo().is_some() {
            assert!(same.0.undo().is_some());
            assert_eq!(same.0.graph(), same.1.graph());
        }
        assert!(same.0.undo().is_none());
        assert!(!same.0.is_dirty(), "back to what was saved");
        // And on behind it.
        stage.document.undo();
        stage.add(1);
        stage.write();
        let found = stage.find().unwrap();
        assert_eq!(found.document.graph(), stage.document.graph());
    }
}

#[test]
fn history_that_has_no_room_is_forgotten_from_its_old_end() {
    let mut stage = Stage::new();
    stage.add(1);
    let node = stage.document.graph().nodes().next().unwrap().id;
    let long = "x".repeat(3 << 20);
    for at in 0..4 {
        let title = Some(format!("{at}{long}").into());
        let edit = crate::graph::Edit::SetTitle { node, title };
        stage
            .document
            .commit(crate::document::Transaction::new("Rename", vec![edit]))
            .unwrap();
    }
    stage.write();
    assert!(stage.journal.has_grown());
    stage.journal.rotate(&stage.catalog).unwrap();
    assert!(!stage.journal.has_grown());
    let mut found = stage.find().unwrap();
    assert_eq!(found.document.graph(), stage.document.graph());
    let mut steps = 0;
    while found.document.undo().is_some() {
        steps += 1;
    }
    assert_eq!(steps, 2);
    assert!(found.document.is_dirty(), "this is not what was saved");
}

#[test]
fn a_kill_between_a_save_and_its_note_is_no_reason_to_ask() {
    let mut stage = Stage::new();
    stage.add(2);
    stage.write();
    let savefile = stage.folder.path().join(SAVEFILE);
    file::save(&stage.document, &savefile).unwrap();
    // Done while it was written.
    for more in [0, 1] {
        stage.add(more);
        stage.write();
        let mut found = stage.find().unwrap();
        assert!(found.is_current);
        assert_eq!(found.document.is_dirty(), more > 0);
        assert_eq!(
            found.document.take_entries().len(),
            1,
            "the journal is told"
        );
    }
    fs::write(
        &savefile,
        file::to_text(&Document::default(), None).replace("\"\"", "\"x\""),
    )
    .unwrap();
    assert!(
        stage.find().unwrap().is_current,
        "the name alone is another one"
    );
    stage.document.undo();
    stage.document.undo();
    let other = stage.catalog.get(Bank::Builtin, "add").unwrap().clone();
    let (_, transaction) =
        ops::add_node(stage.document.graph(), &other, (pos2(7.0, 7.0), None), None);
    let mut changed = stage.document.clone();
    changed.commit(transaction).unwrap();
    file::save(&changed, &savefile).unwrap();
    assert!(!stage.find().unwrap().is_current, "something else wrote it");
}
