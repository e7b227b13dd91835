//! `loom export` and `loom import` of one file: the real program, killed in the middle and on a disk that is full.

use std::fs;
use std::io::Write as _;
use std::path::Path;
#[cfg(target_os = "linux")]
use std::process::Command;

use loom::document::file::is_temporary;
use loom::project::journal::{Base, Location, Standing};

#[cfg(target_os = "linux")]
use crate::not_tested;
use crate::stage::{Stage, graph};

const FUNCTIONS: &str = "def add(a: float, b: float = 10.0) -> float:\n    return a + b\n";

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().flatten();
    let mut names: Vec<String> = entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn a_project_goes_from_one_userdata_folder_to_another_and_runs_there() {
    let (here, there) = (Stage::new(), Stage::new());
    let nodes = graph(&["sum add a=4"]);
    let project = here.project("Sums", FUNCTIONS, &nodes);
    let call = here.loom(&["export", "Sums"]).exits(0);
    // It is called as the project itself says, which is not its folder's name.
    assert_eq!(call.stdout, "Test.loom\n");
    let file = here.folder.path().join("Test.loom");
    // A file that is there is replaced only when it is named.
    let before = fs::read(&file).unwrap();
    here.loom(&["export", "Sums"]).exits(2).says(&["--output"]);
    assert_eq!(fs::read(&file).unwrap(), before);
    fs::write(project.join("notes.txt"), "mine").unwrap();
    here.loom(&["export", "Sums", "--output", "Test.loom"])
        .exits(0)
        .says(&["exported 3 files"]);
    here.loom(&["export", "Sums", "--output", "sums.py"])
        .exits(2)
        .says(&["ends in .loom"]);
    here.loom(&["export", "none"]).exits(2);
    // What a window has not saved is told.
    let location = Location::new(&project, &here.userdata());
    let base = Base {
        text: fs::read_to_string(project.join("savefile.json"))
            .unwrap()
            .into(),
        is_unsaved: true,
    };
    let apart = location.free_slot().unwrap();
    for place in [location.clone(), location.apart(&apart)] {
        let journal = place.begin(&base, Standing::Trusted).unwrap();
        let export = ["export", "Sums", "--output", "Test.loom"];
        here.loom(&export).exits(0).says(&["what is not saved"]);
        journal.discard().unwrap();
        let call = here.loom(&export).exits(0);
        assert!(!call.stderr.contains("not saved"), "{}", call.stderr);
    }

    let file = file.to_str().unwrap();
    let taken = there.loom(&["import", file]).exits(0).says(&["taken: "]);
    let folder = there.userdata().join("Test");
    assert_eq!(Path::new(taken.stdout.trim()), folder);
    for name in ["savefile.json", "nodes/own.py", "notes.txt"] {
        let same = fs::read(folder.join(name)).unwrap() == fs::read(project.join(name)).unwrap();
        assert!(same, "{name}");
    }
    there
        .loom(&["run", "Test", "--print", "sum.result"])
        .exits(0)
        .prints("14.0\n");
    there.loom(&["import", file]).exits(0).says(&["as Test 2"]);
    assert!(there.userdata().join("Test 2").is_dir());

    fs::write(
        there.folder.path().join("torn.loom"),
        &before[..before.len() / 2],
    )
    .unwrap();
    there
        .loom(&["import", "torn.loom"])
        .exits(2)
        .says(&["torn.loom: this is no archive"]);
    there
        .loom(&["import", "no.loom"])
        .exits(2)
        .says(&["no.loom"]);
    // What holds passwords as a rule stays here, and it is said.
    fs::write(project.join(".env"), "TOKEN=canary").unwrap();
    fs::write(project.join(".env.example"), "TOKEN=").unwrap();
    fs::write(project.join("logs.json"), "[]").unwrap();
    here.loom(&["export", "Sums", "--output", "Test.loom"])
        .exits(1)
        .says(&[
            "exported 4 files",
            "left out: such a file holds passwords",
            ".env",
        ]);
    let taken = there.loom(&["import", file]).exits(0);
    let taken = names(Path::new(taken.stdout.trim()));
    assert_eq!(
        taken,
        [".env.example", "nodes", "notes.txt", "savefile.json"]
    );
    // Somebody else's archive may have what Loom packs in none; and names what is wrong in it, not where it was unpacked.
    let packed = |savefile: &str, path: &str| {
        let mut zip =
            zip::ZipWriter::new(fs::File::create(there.folder.path().join(path)).unwrap());
        for (name, text) in [("savefile.json", savefile), ("logs.json", "[]")] {
            let options = zip::write::SimpleFileOptions::default();
            zip.start_file(name, options).unwrap();
            zip.write_all(text.as_bytes()).unwrap();
        }
        zip.finish().unwrap();
    };
    packed(&graph(&[]).to_string(), "other.zip");
    let taken = there
        .loom(&["import", "other.zip"])
        .exits(0)
        .says(&["left out: 1 file"]);
    assert_eq!(names(Path::new(taken.stdout.trim())), ["savefile.json"]);
    packed("{", "bad.zip");
    let refused = there
        .loom(&["import", "bad.zip"])
        .exits(2)
        .says(&["not readable"]);
    assert!(!refused.stderr.contains("/userdata/"), "{}", refused.stderr);
    there
        .loom(&["export", "Test", "--output", "no/such/a.loom"])
        .exits(2)
        .says(&["no/such/a.loom"])
        .stderr
        .contains(".loom-")
        .then(|| panic!("it names a temporary file"));
    let left = names(&there.userdata());
    assert!(!left.iter().any(|name| is_temporary(name)), "{left:?}");
}

/// Files that take a while to be written.
#[cfg(unix)]
fn large(stage: &Stage) -> String {
    let project = stage.project("Large", FUNCTIONS, &graph(&["sum add a=4"]));
    let data = project.join("data");
    fs::create_dir(&data).unwrap();
    for at in 0..3000u32 {
        let bytes: Vec<u8> = (0..2000u32)
            .flat_map(|i| (i ^ at).wrapping_mul(2_654_435_761).to_le_bytes())
            .collect();
        fs::write(data.join(at.to_string()), bytes).unwrap();
    }
    stage.loom(&["export", "Large"]).exits(0);
    let file = stage.folder.path().join("Test.loom");
    file.to_str().unwrap().to_owned()
}

#[test]
#[cfg(unix)]
fn an_import_that_is_killed_leaves_nothing_but_what_is_swept() {
    use std::time::{Duration, SystemTime};
    let (here, there) = (Stage::new(), Stage::new());
    let file = large(&here);
    let mut child = there.command(&["import", &file]).spawn().unwrap();
    // As soon as some of it is there.
    let userdata = there.userdata();
    let unpacked = || {
        let left = names(&userdata);
        let folder = left.iter().find(|name| is_temporary(name))?;
        let data = userdata.join(folder).join("project").join("data");
        (fs::read_dir(data).ok()?.count() > 20).then_some(())
    };
    while unpacked().is_none() {
        assert!(
            child.try_wait().unwrap().is_none(),
            "it was too quick to be killed"
        );
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let left = names(&userdata);
    let folders: Vec<_> = left.iter().filter(|name| is_temporary(name)).collect();
    assert_eq!(
        (folders.len(), left.contains(&"Test".to_owned())),
        (1, false),
        "{left:?}"
    );
    // What was made just now may be another one's.
    let folder = fs::File::open(userdata.join(folders[0])).unwrap();
    folder
        .set_modified(SystemTime::now() - Duration::from_mins(2))
        .unwrap();
    there.loom(&["import", &file]).exits(0);
    let left = names(&userdata);
    assert!(!left.iter().any(|name| is_temporary(name)), "{left:?}");
    assert_eq!(names(&userdata.join("Test").join("data")).len(), 3000);
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_takes_no_half_of_a_project_and_loses_no_archive() {
    let stage = Stage::new();
    let file = large(&stage);
    let disk = tempfile::tempdir().unwrap();
    let script = "mount -t tmpfs -o size=512k tmpfs \"$1\" && cd \"$1\" && echo before > Small.loom && shift && \
                  { \"$@\"; echo exit $?; ls -A; ls -A .loom-* 2>/dev/null; cat Small.loom; }";
    let run = |command: &[&str]| {
        let mut sh = Command::new("unshare");
        sh.args([
            "--user",
            "--map-root-user",
            "--mount",
            "sh",
            "-c",
            script,
            "sh",
        ]);
        sh.arg(disk.path()).args(command);
        sh.env("LOOM_NODEBANK", stage.bank()).output().unwrap()
    };
    if !run(&["true"]).status.success() {
        not_tested::note("no disk can be mounted");
        return;
    }
    let loom = env!("CARGO_BIN_EXE_loom");
    let userdata = stage.userdata();
    let userdata = userdata.to_str().unwrap();
    for (command, problem) in [
        (
            &[loom, "--userdata", ".", "import", &file][..],
            "unpack the archive",
        ),
        (
            &[
                loom,
                "--userdata",
                userdata,
                "export",
                "Large",
                "--output",
                "Small.loom",
            ],
            "write the archive",
        ),
    ] {
        let output = run(command);
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        let (out, problems) = (text(output.stdout), text(output.stderr));
        assert_eq!(out, "exit 2\nSmall.loom\nbefore\n", "{problems}");
        assert!(
            problems.contains(problem) && problems.contains("free some space"),
            "{problems}"
        );
    }
}
