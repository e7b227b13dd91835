//! Tests of the journal on a real disk.

mod foreign;

use std::fs;

use super::*;
use crate::document::Document;
use crate::document::ops;
use crate::graph::{Bank, Catalog, NodeKind, pos2};

/// A whole line that has no tag.
fn foreign(number: u64, json: &Json) -> String {
    let key = Key::new().unwrap();
    line(
        number,
        &json.to_string(),
        &mut Chain::default(),
        (&key, None),
    )
}

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
fn what_cannot_be_read_is_kept_under_another_name_before_it_is_written_over() {
    let mut stage = Stage::new();
    stage.add(3);
    for _ in 0..3 {
        stage.write();
        stage.add(1);
    }
    let whole = fs::read(stage.path()).unwrap();
    let kept = |stage: &Stage, bytes: &[u8]| {
        fs::write(stage.path(), bytes).unwrap();
        let kept = stage.location.keep_unread(&stage.catalog);
        kept.into_iter().map(Result::unwrap).collect::<Vec<_>>()
    };
    let at = |line: usize| {
        let ends = whole.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
        ends.map(|(at, _)| at).nth(line).unwrap()
    };
    for end in [whole.len(), whole.len() - 1, whole.len() - 9, 0] {
        assert!(
            kept(&stage, &whole[..end]).is_empty(),
            "nothing, or torn: {end}"
        );
    }
    // In the middle: what stands before it comes back, and the whole is kept, once.
    let mut damaged = whole.clone();
    damaged[at(1) + 30] ^= 1;
    for _ in 0..2 {
        let paths = kept(&stage, &damaged);
        assert_eq!(paths.len(), 1);
        assert_eq!(fs::read(&paths[0]).unwrap(), damaged);
        assert_eq!(stage.find().unwrap().steps, 1);
    }
    // At the beginning, cut off there, or of a newer Loom: none of it comes back.
    let newer = foreign(0, &json!({"journal": 99, "base": "?"}));
    let mut damaged = whole.clone();
    damaged[20] ^= 1;
    for bytes in [
        damaged,
        whole[..at(0)].to_vec(),
        newer.into_bytes(),
        vec![0; 4096],
    ] {
        let paths = kept(&stage, &bytes);
        assert_eq!(paths.len(), 1);
        assert!(!stage.path().exists());
        assert_eq!(fs::read(&paths[0]).unwrap(), bytes);
    }
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
    lines += &foreign(3, &json!({"do": "Delete", "edits": [{"remove": 77}]}));
    lines += &foreign(4, &json!("undo"));
    fs::write(stage.path(), lines).unwrap();
    let found = stage.find().unwrap();
    assert_eq!((found.steps, found.lost), (2, 2));
    assert_eq!(found.document.graph().node_count(), 2);
    assert!(found.document.is_dirty());
}

#[test]
fn what_is_done_after_a_step_that_is_lost_comes_back() {
    let mut stage = Stage::new();
    stage.add(2);
    stage.write();
    let mut lines = fs::read_to_string(stage.path()).unwrap();
    lines += &foreign(3, &json!({"do": "Delete", "edits": [{"remove": 77}]}));
    fs::write(stage.path(), &lines).unwrap();
    let found = stage.find().unwrap();
    assert_eq!(
        fs::read_to_string(stage.path()).unwrap(),
        lines,
        "only looked at"
    );
    stage.document = found.document;
    stage.document.record();
    // Windows puts nothing in the place of a file that is open, and that window is gone.
    stage.journal.file = None;
    stage.journal = stage.location.resume(&found.place).unwrap();
    stage.add(1);
    stage.write();
    let mut found = stage.find().unwrap();
    assert_eq!((found.steps, found.lost), (3, 0));
    assert!(found.is_current && found.document.is_dirty());
    assert_eq!(found.document.graph(), stage.document.graph());
    for nodes in [2, 1, 0] {
        assert!(found.document.undo().is_some());
        assert_eq!(found.document.graph().node_count(), nodes);
    }
}

#[test]
fn a_line_that_cannot_be_read_is_told_of_and_not_the_silent_end() {
    let mut stage = Stage::new();
    stage.add(1);
    stage.write();
    let deep = (0..200).fold(Json::Null, |inner, _| json!([inner]));
    let mut lines = fs::read_to_string(stage.path()).unwrap();
    lines += &foreign(
        2,
        &json!({"do": "Set", "edits": [{"set": [0, "a"], "value": deep}]}),
    );
    lines += &foreign(3, &json!("undo"));
    fs::write(stage.path(), lines).unwrap();
    let found = stage.find().unwrap();
    assert_eq!((found.steps, found.lost), (1, 2));
}

#[test]
fn a_step_back_that_a_line_cannot_hold_is_forgotten_and_nothing_else() {
    let mut stage = Stage::new();
    let base = json!({"nodes": [{"nodeId": "node_1", "name": "add", "ref": "builtin", "entryFunction": "add",
        "position": {"x": 0, "y": 0}, "input": [{"var": "a", "value": "DEEP"}], "output": []}]});
    // As deep as a savefile may be.
    let deep = "[".repeat(122) + &"]".repeat(122);
    let base = base.to_string().replace("\"DEEP\"", &deep);
    let loaded = file::parse(base.as_bytes(), Path::new(""), &stage.catalog);
    stage.document = loaded.unwrap().document;
    stage.document.record();
    stage.journal = stage
        .location
        .begin(&saved(&base), Standing::Trusted)
        .unwrap();
    let all = stage.document.graph().nodes().map(|node| node.id).collect();
    let delete = ops::delete(stage.document.graph(), &all);
    stage.document.commit(delete).unwrap();
    stage.add(1);
    stage.write();
    stage.journal.rotate(&stage.catalog).unwrap();
    let mut found = stage.find().unwrap();
    assert_eq!((found.steps, found.lost), (2, 0));
    assert_eq!(found.document.graph(), stage.document.graph());
    assert!(found.document.undo().is_some() && found.document.undo().is_none());
}

#[test]
fn a_project_of_any_name_has_a_journal_aside() {
    let stage = Stage::new();
    let long = "ä".repeat(120);
    for (name, is_former) in [
        (long.as_str(), false),
        (&long[..160], true),
        ("short", true),
    ] {
        let project = stage.folder.path().join(name);
        fs::create_dir(&project).unwrap();
        fs::write(project.join(".loom"), "").unwrap();
        let location = Location::new(&project, &stage.folder.path().join("aside"));
        let base = Base {
            is_unsaved: true,
            ..saved(&file::to_text(&Document::default(), None))
        };
        let journal = location.begin(&base, Standing::Trusted).unwrap();
        assert!(!journal.is_home());
        drop(journal);
        if is_former {
            // As a Loom before left it: with the whole name.
            fs::rename(&location.asides[0], location.asides.last().unwrap()).unwrap();
        }
        assert!(location.find(&stage.catalog).is_some(), "{name}");
        fs::remove_file(project.join(".loom")).unwrap();
        location.discard().unwrap();
        assert!(location.find(&stage.catalog).is_none(), "{name}");
    }
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
fn what_others_remove_replace_or_cut_is_put_back_whole() {
    let mut stage = Stage::new();
    let aside = stage.location.asides[0].clone();
    for (count, harm) in [
        "removed",
        "its folder removed",
        "another's",
        "cut",
        "its folder a file",
    ]
    .into_iter()
    .enumerate()
    {
        stage.add(1);
        stage.write();
        assert!(stage.journal.is_in_place(), "{harm}");
        let path = stage.journal.path.clone();
        let folder = path.parent().unwrap();
        match harm {
            "removed" => fs::remove_file(&path).unwrap(),
            "its folder removed" => fs::remove_dir_all(folder).unwrap(),
            "another's" => {
                fs::remove_file(&path).unwrap();
                fs::write(&path, "another's").unwrap();
            }
            "cut" => {
                let whole = fs::read(&path).unwrap();
                fs::remove_file(&path).unwrap();
                fs::write(&path, &whole[..whole.len() / 2]).unwrap();
            }
            _ => {
                fs::remove_dir_all(folder).unwrap();
                fs::write(folder, "").unwrap();
            }
        }
        // Also what is done before anybody has noticed.
        stage.add(1);
        stage.write();
        assert!(!stage.journal.is_in_place(), "{harm}");
        stage.journal.put_back().unwrap();
        stage.journal.flush().unwrap();
        assert_eq!(stage.journal.path == aside, harm == "its folder a file");
        let found = stage.find().unwrap();
        assert_eq!(found.document.graph(), stage.document.graph(), "{harm}");
        assert_eq!(found.steps, 2 * (count + 1));
        assert!(found.place.is_trusted());
    }
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
        file::to_text(&Document::default(), None)
            .replace("\"projectName\": \"\"", "\"projectName\": \"x\""),
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
