//! Tests of trust, with real folders.

use std::fs;

use super::*;
use crate::paths::Variables;
use crate::project::create;
use crate::project::state::State;

struct Stage {
    _folder: tempfile::TempDir,
    root: PathBuf,
    paths: Paths,
}

impl Stage {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = full(folder.path()).unwrap();
        let userdata = root.join("userdata");
        let paths = Paths::find(Some(&userdata), &Variables::of(&[])).unwrap();
        Self {
            _folder: folder,
            root,
            paths,
        }
    }

    /// A project that somebody else made.
    fn foreign(&self, name: &str) -> PathBuf {
        let folder = create(name, &self.root.join("theirs")).unwrap();
        fs::write(
            folder.join("nodes").join("a.py"),
            "def one():\n    return 1\n",
        )
        .unwrap();
        folder
    }

    fn look(&self, folder: &Path) -> Look {
        look(folder, &self.paths)
    }

    fn trust(&self, folder: &Path) {
        self.look(folder).trust(&self.paths.userdata).unwrap();
    }

    /// What changed, in words; `None`: it is trusted.
    fn asked(&self, folder: &Path) -> Option<Vec<String>> {
        let look = self.look(folder);
        if look.trusted.is_some() {
            return None;
        }
        let changes = look.changes.into_iter().flatten();
        Some(
            changes
                .map(|it| format!("{:?} {} {:?}", it.how, it.name, it.lines))
                .collect(),
        )
    }
}

#[test]
fn what_comes_from_elsewhere_is_asked_about_and_what_loom_made_is_not() {
    let stage = Stage::new();
    let theirs = stage.foreign("Theirs");
    let look = stage.look(&theirs);
    assert!(look.trusted.is_none() && look.changes.is_none());
    let names: Vec<_> = look.holds.files.keys().map(String::as_str).collect();
    assert_eq!(names, ["nodes/a.py", "requirements.txt", "savefile.json"]);

    let own = create("Mine", &stage.paths.userdata).unwrap();
    assert_eq!(stage.asked(&own), None);
    // An example of the checkout is as trusted as Loom itself.
    assert_eq!(stage.asked(&stage.paths.examples().join("coins")), None);
    // A project in the userdata folder that Loom did not make: it was unpacked there.
    let copied = stage.paths.userdata.join("Copied");
    crate::project::copy::copy_folder(&theirs, &copied, &[], &mut |_, error| Err(error)).unwrap();
    assert_eq!(stage.asked(&copied), Some(vec![]));
}

#[test]
fn a_change_from_outside_asks_again_and_is_shown() {
    let stage = Stage::new();
    let project = stage.foreign("Theirs");
    stage.trust(&project);
    assert_eq!(stage.asked(&project), None);
    // By a way around: it is the same place.
    assert_eq!(stage.asked(&project.join("nodes").join("..")), None);
    // Data is no code.
    fs::write(project.join("data.csv"), "1").unwrap();
    assert_eq!(stage.asked(&project), None);
    fs::write(
        project.join("nodes").join("a.py"),
        "def one():\n    return 2\n",
    )
    .unwrap();
    fs::write(project.join("nodes").join("json.py"), "evil\n").unwrap();
    fs::remove_file(project.join("requirements.txt")).unwrap();
    let expected = [
        "Changed nodes/a.py [\"-     return 1\", \"+     return 2\"]",
        "Added nodes/json.py []",
        "Removed requirements.txt []",
    ];
    assert_eq!(stage.asked(&project).unwrap(), expected);
    stage.trust(&project);
    assert_eq!(stage.asked(&project), None);
    forget(&project, &stage.paths.userdata).unwrap();
    assert_eq!(stage.asked(&project), Some(vec![]));
}

#[test]
fn what_loom_writes_is_signed_and_nothing_beside_it() {
    let stage = Stage::new();
    let project = stage.foreign("Theirs");
    let userdata = &stage.paths.userdata;
    let [node, other] = ["a.py", "b.py"].map(|name| project.join("nodes").join(name));
    // Of what is not trusted nothing is signed.
    sign(&project, userdata, std::slice::from_ref(&node)).unwrap();
    assert_eq!(stage.asked(&project), Some(vec![]));
    stage.trust(&project);
    fs::write(&node, "mine").unwrap();
    fs::write(&other, "theirs").unwrap();
    sign(&project, userdata, &[node]).unwrap();
    assert_eq!(stage.asked(&project).unwrap(), ["Added nodes/b.py []"]);
    sign(&project, userdata, &[project.join("nodes")]).unwrap();
    assert_eq!(stage.asked(&project), None);
    fs::remove_file(&other).unwrap();
    sign(&project, userdata, &[other]).unwrap();
    assert_eq!(stage.asked(&project), None);

    // The savefile is signed before it is written: whenever a crash comes, it is known.
    let savefile = project.join(SAVEFILE);
    assert!(!knows_savefile(&project, userdata, b"{\"new\": 1}"));
    sign_savefile(&project, userdata, b"{\"new\": 1}").unwrap();
    assert!(knows_savefile(&project, userdata, b"{\"new\": 1}"));
    assert_eq!(stage.asked(&project), None);
    fs::write(&savefile, "{\"new\": 1}").unwrap();
    assert_eq!(stage.asked(&project), None);
    fs::write(&savefile, "{\"new\": 2}").unwrap();
    assert_eq!(stage.asked(&project).unwrap(), ["Changed savefile.json []"]);
}

#[test]
fn a_project_that_was_renamed_is_still_trusted_and_a_copy_is_not() {
    let stage = Stage::new();
    let project = stage.foreign("Theirs");
    stage.trust(&project);
    let copy = project.with_file_name("Copy");
    crate::project::copy::copy_folder(&project, &copy, &[], &mut |_, error| Err(error)).unwrap();
    assert_eq!(stage.asked(&copy), Some(vec![]));
    let renamed = project.with_file_name("Renamed");
    fs::rename(&project, &renamed).unwrap();
    let expected = if cfg!(unix) { None } else { Some(vec![]) };
    assert_eq!(stage.asked(&renamed), expected);
    // It is known by its new name from now on, and what takes its old place is not it.
    crate::project::copy::copy_folder(&copy, &project, &[], &mut |_, error| Err(error)).unwrap();
    fs::write(project.join("nodes").join("a.py"), "other").unwrap();
    assert!(stage.asked(&project).is_some());
}

#[test]
fn a_file_that_is_spoilt_trusts_nothing_and_one_entry_costs_itself_alone() {
    let stage = Stage::new();
    let [one, other] = ["One", "Other"].map(|name| stage.foreign(name));
    stage.trust(&one);
    stage.trust(&other);
    let file = stage.paths.userdata.join("trust.json");
    let mut json: serde_json::Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    json["projects"][0]["files"]["nodes/a.py"] = 7.into();
    json["folders"] = serde_json::json!(["/", 5, "relative"]);
    fs::write(&file, json.to_string()).unwrap();
    assert_eq!(stage.asked(&one), Some(vec![]));
    assert_eq!(stage.asked(&other), None);
    for spoilt in ["{", "", "[]", "\0\0\0"] {
        fs::write(&file, spoilt).unwrap();
        assert_eq!(stage.asked(&other), Some(vec![]), "{spoilt:?}");
    }
    stage.trust(&one);
    assert_eq!(stage.asked(&one), None);
}

#[test]
fn own_projects_of_before_are_taken_over_once() {
    let stage = Stage::new();
    let userdata = &stage.paths.userdata;
    let [known, unseen] = ["Known", "Unseen"].map(|name| create(name, userdata).unwrap());
    let elsewhere = stage.foreign("Theirs");
    let mut state = State::default();
    state.add_recent(&elsewhere);
    state.add_recent(&known);
    state.save(userdata).unwrap();
    // As userdata was before there was a record.
    fs::remove_file(userdata.join("trust.json")).unwrap();
    fs::remove_file(userdata.join("trust.lock")).unwrap();
    fs::remove_dir_all(userdata.join("trust")).unwrap();
    assert_eq!(stage.asked(&known), None);
    assert_eq!(stage.asked(&unseen), Some(vec![]));
    assert_eq!(stage.asked(&elsewhere), Some(vec![]));
    state.add_recent(&unseen);
    state.save(userdata).unwrap();
    assert_eq!(stage.asked(&unseen), Some(vec![]), "only once");
    // Whoever removes the record wants nothing to be trusted.
    fs::remove_file(userdata.join("trust.json")).unwrap();
    assert_eq!(stage.asked(&known), Some(vec![]));
    assert_eq!(
        stage.asked(&known),
        Some(vec![]),
        "nor when it is written anew"
    );
}

#[test]
fn too_much_to_look_through_is_trusted_until_it_is_closed() {
    let stage = Stage::new();
    let project = stage.foreign("Theirs");
    let mut look = stage.look(&project);
    look.holds.is_whole = false;
    look.trust(&stage.paths.userdata).unwrap();
    assert_eq!(stage.asked(&project), Some(vec![]));
}

#[test]
fn a_folder_vouches_for_all_in_it_where_that_may_be() {
    let stage = Stage::new();
    let project = stage.foreign("Theirs");
    let around = project.parent().unwrap();
    // This is a temporary folder, which never is one.
    assert_eq!(stage.look(&project).around, None);
    trust_folder(around, &stage.paths.userdata).unwrap_err();
    // Not even where the file says so.
    let root = around.ancestors().last();
    let text = serde_json::json!({ "projects": [], "folders": [around, root] });
    fs::create_dir_all(&stage.paths.userdata).unwrap();
    fs::write(stage.paths.userdata.join("trust.json"), text.to_string()).unwrap();
    assert_eq!(known(&stage.paths.userdata).folders.len(), 2);
    assert_eq!(stage.asked(&project), Some(vec![]));
}

#[test]
fn all_projects_of_a_trusted_folder_may_run_also_those_that_come_later() {
    let stage = Stage::new();
    let userdata = &stage.paths.userdata;
    let one = stage.foreign("One");
    let landings = stage.root.join("landings");
    let landed = create("Landed", &landings).unwrap();
    let around = one.parent().unwrap();
    // As on a computer whose temporary folders are others.
    let places = Places {
        homes: Vec::new(),
        landings: vec![landings.clone()],
    };
    let may_run = |project: &Path| {
        let look = look_among(project, &stage.paths, &places);
        look.trusted.is_some()
    };
    let look = look_among(&one, &stage.paths, &places);
    assert_eq!(look.around.as_deref(), Some(around));
    assert!(look.trusted.is_none());
    trust_folder_among(around, userdata, &places).unwrap();
    assert_eq!(known(userdata).folders, [around]);
    assert!(may_run(&one));
    // What changes, or comes later, is as trusted. A place where files land is not, nor what lies beside.
    trust_folder_among(&landings, userdata, &places).unwrap_err();
    fs::write(one.join("nodes").join("b.py"), "more\n").unwrap();
    let later = stage.foreign("Later");
    assert!(may_run(&one) && may_run(&later));
    assert!(!may_run(&landed));
    let beside = create("Beside", &stage.root.join("others")).unwrap();
    assert!(!may_run(&beside));
    // Changes that came along unsaved are asked about all the same.
    let look = look_among(&one, &stage.paths, &places).doubted(Doubt::Unsaved);
    assert!(look.trusted.is_none());
    let names: Vec<_> = look.changes.iter().flatten().map(|it| &*it.name).collect();
    assert_eq!(names, [".loom/journal"]);
    forget(around, userdata).unwrap();
    assert!(!may_run(&one));
}

#[test]
fn a_wheel_is_seen_also_where_the_text_that_names_it_is_odd() {
    let userdata = tempfile::tempdir().unwrap();
    let project = crate::project::create("P", userdata.path()).unwrap();
    let wheel = project.join("packages").join("x-1.0-py3-none-any.whl");
    fs::create_dir(project.join("packages")).unwrap();
    fs::write(&wheel, "x").unwrap();
    let line = b"./packages/x-1.0-py3-none-any.whl\n";
    for before in [b"# \xff\n".to_vec(), vec![b'#'; 100_000]] {
        let text = [before.as_slice(), b"\n", line].concat();
        fs::write(project.join("requirements.txt"), text).unwrap();
        let holds = Fingerprint::of(&project, userdata.path());
        assert!(holds.files.contains_key("packages/x-1.0-py3-none-any.whl"));
    }
}
