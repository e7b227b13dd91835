//! Journals of earlier forms, and those that something else than this machine's Loom wrote.

use std::fs;

use super::*;

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
    // Windows removes no file that is open.
    drop(journal);
    // What lies in userdata is ours by that.
    fs::create_dir_all(location.asides[0].parent().unwrap()).unwrap();
    fs::write(&location.asides[0], before).unwrap();
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
    fs::create_dir_all(stage.location.asides[0].parent().unwrap()).unwrap();
    fs::write(&stage.location.asides[0], &part).unwrap();
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
