//! Tests of generations, with real folders.

use std::fs;

use super::*;

const DAY: u64 = SECS_PER_DAY;
const MB: u64 = 1 << 20;

fn at(secs: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(secs)
}

fn name(written: SystemTime, sum: u32, why: Why) -> Name {
    Name {
        written,
        sum,
        why,
        tag: None,
    }
}

fn generation(written: SystemTime, bytes: u64, why: Why) -> Generation {
    let name = name(written, 0, why);
    Generation {
        written,
        bytes,
        path: name.to_text().into(),
        why,
        tag: None,
    }
}

/// Why, hours before now and MB, the newest first; which of them stay.
type Case = (&'static str, Vec<(Why, u64, u64)>, Vec<usize>);

#[test]
fn what_is_kept_of_many_versions() {
    use Why::{NewForm, Saved};
    let noon = 1000 * DAY + DAY / 2;
    let saved = |hours: &[u64], mb: u64| hours.iter().map(|h| (Saved, *h, mb)).collect();
    let cases: [Case; 9] = [
        ("nothing", vec![], vec![]),
        ("few", saved(&[1, 2, 900], 1), vec![0, 1, 2]),
        (
            "the five newest of one day",
            saved(&[0, 1, 2, 3, 4, 5, 6], 1),
            vec![0, 1, 2, 3, 4],
        ),
        (
            "the newest of each day",
            saved(&[0, 1, 2, 3, 4, 13, 14, 37, 38], 1),
            vec![0, 1, 2, 3, 4, 5, 7],
        ),
        (
            "for seven days, this one among them",
            saved(&[0, 1, 2, 3, 4, 24, 48, 72, 96, 120, 144, 168], 1),
            vec![0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
        ),
        (
            "a change of form, however old",
            [saved(&[0, 1, 2, 3, 4], 1), vec![(NewForm, 9000, 1)]].concat(),
            vec![0, 1, 2, 3, 4, 5],
        ),
        (
            "days before changes of form, and old ones before new ones, where it is too much",
            [
                saved(&[0, 1, 2, 3, 4], 30),
                saved(&[24], 30),
                vec![(NewForm, 9000, 30)],
            ]
            .concat(),
            vec![0, 1, 2, 3, 4, 6],
        ),
        ("as many as fit", saved(&[0, 1, 2], 90), vec![0, 1]),
        ("one that is too large", saved(&[0, 1], 201), vec![]),
    ];
    for (what, versions, expected) in cases {
        let all: Vec<_> = versions
            .iter()
            .map(|(why, hours, mb)| generation(at(noon - hours * 3600), mb * MB, *why))
            .collect();
        let surplus = surplus(&all, at(noon));
        let kept: Vec<_> = (0..all.len())
            .filter(|at| !surplus.contains(&&all[*at]))
            .collect();
        assert_eq!(kept, expected, "{what}");
    }
    // A clock that was ahead once.
    let ahead = [generation(at(noon + 9 * DAY), 1, Saved)];
    assert!(surplus(&ahead, at(noon)).is_empty());
}

#[test]
fn times_go_on() {
    let cases = [
        (Some(50), None, 50),
        (Some(50), Some(40), 50),
        (Some(30), Some(40), 100),
        (Some(200), Some(40), 100),
        (None, None, 100),
    ];
    for (written, newest, expected) in cases {
        let time = next_time(written.map(at), newest.map(at), at(100));
        assert_eq!(time, at(expected), "{written:?} {newest:?}");
    }
    let ahead = next_time(Some(at(50)), Some(at(300)), at(100));
    assert_eq!(ahead, at(300) + Duration::from_millis(1));
}

#[test]
fn names_are_read_as_they_are_written() {
    let time = at(1_767_983_999) + Duration::from_millis(501);
    let tag = Tag::read(&"5d".repeat(32));
    assert!(tag.is_some());
    for why in [Why::Saved, Why::NewForm] {
        for tag in [None, tag] {
            let name = Name {
                tag,
                ..name(time, 0xab, why)
            };
            assert_eq!(Name::read(&name.to_text()), Some(name));
        }
    }
    // As they were before there were tags, and for ever.
    let old = "2026-01-09T18-39-59.501Z-000000ab";
    let [plain, form] = [Why::Saved, Why::NewForm].map(|why| name(time, 0xab, why));
    assert_eq!(plain.to_text(), format!("{old}.json"));
    assert_eq!(form.to_text(), format!("{old}-form.json"));
    let tagged = Name { tag, ..form }.to_text();
    assert_eq!(tagged, format!("{old}-form-{}.json", "5d".repeat(32)));
    for other in ["", ".loom-a1b2c3.tmp", "notes.json", "Z-T.json", "TZ-.json"] {
        assert_eq!(Name::read(other), None, "{other}");
    }
    assert_eq!(time_at(time, TimeZone::UTC), "2026-01-09 18:39");
    let east = jiff::tz::offset(10).to_time_zone();
    assert_eq!(time_at(time, east), "2026-01-10 04:39");
}

/// A project that is saved under one name after the other.
struct Stage {
    folder: tempfile::TempDir,
    document: Document,
}

impl Stage {
    fn new() -> Self {
        let stage = Self {
            folder: tempfile::tempdir().unwrap(),
            document: Document::default(),
        };
        save(&stage.document, stage.folder.path(), None, None).unwrap();
        stage
    }

    fn save(&mut self, name: &str) -> Saved {
        self.document.meta.project_name = name.to_owned();
        let saved = save(&self.document, self.folder.path(), None, None).unwrap();
        if let Some(time) = &saved.time {
            self.document.meta.set_modified(time);
        }
        saved
    }

    fn text(&self) -> Vec<u8> {
        fs::read(self.folder.path().join(SAVEFILE)).unwrap()
    }

    fn names(&self) -> Vec<String> {
        let read = |version: &Generation| read(&version.path, &Catalog::default()).unwrap();
        let versions = list(self.folder.path());
        let name = |version| read(version).document.meta.project_name;
        versions.iter().map(name).collect()
    }
}

#[test]
fn a_save_keeps_what_it_replaces_as_it_was_and_nothing_twice() {
    let mut stage = Stage::new();
    assert!(list(stage.folder.path()).is_empty());
    let first = stage.text();
    stage.save("a");
    let kept = &list(stage.folder.path())[0];
    assert_eq!(fs::read(&kept.path).unwrap(), first);
    assert_eq!((kept.bytes, kept.why), (first.len() as u64, Why::Saved));
    assert_eq!(stage.save("a").time, None, "nothing was written");
    assert_eq!(stage.names(), [""]);
    for name in ["b", "c", "d", "e", "f", "g"] {
        stage.save(name);
    }
    assert_eq!(stage.names(), ["f", "e", "d", "c", "b"]);
    // What lay there once is put there again, by hand: it is the newest of those that are replaced then.
    let b = list(stage.folder.path())[4].path.clone();
    fs::copy(b, stage.folder.path().join(SAVEFILE)).unwrap();
    stage.save("h");
    assert_eq!(stage.names(), ["b", "f", "e", "d", "c"]);
}

#[test]
fn a_file_of_an_older_form_is_kept_and_marked() {
    let stage = Stage::new();
    let old = br#"{"projectName": "old", "nodes": [], "connections": []}"#;
    fs::write(stage.folder.path().join(SAVEFILE), old).unwrap();
    save(&stage.document, stage.folder.path(), None, None).unwrap();
    let kept = &list(stage.folder.path())[0];
    assert_eq!(kept.why, Why::NewForm);
    assert_eq!(fs::read(&kept.path).unwrap(), old);
    let beside = fs::read(stage.folder.path().join("savefile.v1.json"));
    assert_eq!(beside.unwrap(), old);
}

#[test]
fn a_version_that_cannot_be_kept_stops_no_save() {
    let mut stage = Stage::new();
    // A file in the place of the folder: no right to write, for any user.
    fs::create_dir(stage.folder.path().join(".loom")).unwrap();
    fs::write(folder(stage.folder.path()), "").unwrap();
    let saved = stage.save("a");
    assert!(saved.time.is_some());
    let told = saved.not_kept.unwrap();
    assert!(told.contains("generations"), "{told}");
    assert!(String::from_utf8(stage.text()).unwrap().contains("\"a\""));
}

#[test]
fn one_that_is_larger_than_all_that_is_kept_takes_the_place_of_none() {
    let mut stage = Stage::new();
    stage.save("a");
    let bytes = vec![b' '; usize::try_from(MOST_BYTES).unwrap() + 1];
    let replaced = Replaced {
        bytes: &bytes,
        is_older_form: false,
        by: "",
    };
    let now = (None, SystemTime::now());
    let kept = keep(&Disk, stage.folder.path(), &replaced, None, now);
    assert!(kept.unwrap_err().to_string().contains("200 MB"));
    assert_eq!(stage.names(), [""]);
}

#[test]
fn a_damaged_file_names_the_newest_version_that_can_be_read_and_is_kept_when_it_is_saved_over() {
    for damage in [&b""[..], b"{\"nodes\": [", b"[]", b"\0\0\0\0", b"{}"] {
        let mut stage = Stage::new();
        for name in ["a", "b", "c"] {
            stage.save(name);
        }
        let project = stage.folder.path().to_owned();
        fs::write(&list(&project)[0].path, "torn").unwrap();
        fs::write(project.join(SAVEFILE), damage).unwrap();
        let unreadable = load(&project, &Catalog::default()).unwrap_err();
        let version = unreadable.version.as_ref().unwrap();
        let told = unreadable.to_string();
        assert!(told.contains(&version.path.display().to_string()), "{told}");
        let loaded = read(&version.path, &Catalog::default()).unwrap();
        assert_eq!(loaded.document.meta.project_name, "a");
        assert_eq!(stage.text(), damage);

        let before = list(&project);
        save(&loaded.document, &project, None, None).unwrap();
        assert_eq!(list(&project), before, "what is damaged is no version");
        let kept: Vec<_> = fs::read_dir(&project)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.to_string_lossy().contains("savefile.corrupt-"))
            .collect();
        assert_eq!(kept.len(), 1);
        assert_eq!(fs::read(&kept[0]).unwrap(), damage);
        load(&project, &Catalog::default()).unwrap();
    }
}

#[test]
fn a_version_is_tagged_where_the_project_is_trusted_and_the_tag_is_of_what_it_holds() {
    let mut stage = Stage::new();
    let project = stage.folder.path().to_owned();
    let here = tempfile::tempdir().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let save = |stage: &mut Stage, name: &str, signs: Option<&Path>| {
        stage.document.meta.project_name = name.to_owned();
        let saved = save(&stage.document, &project, None, signs).unwrap();
        stage.document.meta.set_modified(&saved.time.unwrap());
        list(&project).remove(0)
    };
    let is_own = |version: &Generation, userdata: &tempfile::TempDir| {
        let text = read(&version.path, &Catalog::default()).unwrap().text;
        is_own(&version.path, &text, userdata.path())
    };
    let own = save(&mut stage, "a", Some(here.path()));
    assert!(own.tag.is_some() && is_own(&own, &here) && !is_own(&own, &elsewhere));
    let untrusted = save(&mut stage, "b", None);
    assert!(untrusted.tag.is_none() && !is_own(&untrusted, &here));
    let theirs = save(&mut stage, "c", Some(elsewhere.path()));
    assert!(theirs.tag.is_some() && !is_own(&theirs, &here));

    // Another content under its tag.
    let before = fs::read(&own.path).unwrap();
    fs::copy(&theirs.path, &own.path).unwrap();
    assert!(!is_own(&own, &here));
    fs::write(&own.path, before).unwrap();
    assert!(is_own(&own, &here));

    // What is kept again keeps its tag, and gains one.
    for (version, signs) in [(&own, None), (&untrusted, Some(here.path()))] {
        fs::copy(&version.path, project.join(SAVEFILE)).unwrap();
        let again = save(&mut stage, &format!("{signs:?}"), signs);
        assert_ne!(again.path, version.path);
        assert!(!version.path.exists() && is_own(&again, &here));
    }
}
