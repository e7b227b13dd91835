//! Tests of archives: the way there and back, and each kind that is refused, with the bytes that no library would write.

use std::fs;
use std::io::{Cursor, Write as _};
use std::path::Path;

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;
use crate::paths::{Paths, Variables};
use crate::project::requirements::{consent, parse};
use crate::project::state::State;
use crate::project::{create, index};

const GRAPH: &[u8] = br#"{"formatVersion": 2, "projectId": "p1", "projectName": "Coins", "nodes": [], "connections": []}"#;
const FILE: u32 = 0o100_644;

/// A file of an archive, byte by byte.
struct Raw {
    name: Vec<u8>,
    bytes: Vec<u8>,
    mode: u32,
    flags: u16,
    method: u16,
    /// What the headers say that it has unpacked.
    told: u32,
    sum: u32,
    /// The local header is another file's.
    shares: Option<usize>,
}

fn raw(name: impl AsRef<[u8]>, bytes: &[u8]) -> Raw {
    Raw {
        name: name.as_ref().to_vec(),
        bytes: bytes.to_vec(),
        mode: FILE,
        flags: 1 << 11,
        method: 0,
        told: bytes.len() as u32,
        sum: crc32fast::hash(bytes),
        shares: None,
    }
}

/// So many zeros, deflated.
fn zeros(name: &str, count: usize) -> Raw {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("z", SimpleFileOptions::default()).unwrap();
    let zeros = vec![0; 1 << 20];
    for at in (0..count).step_by(zeros.len()) {
        zip.write_all(&zeros[..zeros.len().min(count - at)])
            .unwrap();
    }
    let bytes = zip.finish().unwrap().into_inner();
    let mut read = zip::ZipArchive::new(Cursor::new(&bytes)).unwrap();
    let file = read.by_index_raw(0).unwrap();
    let start = file.data_start().unwrap() as usize;
    let packed = &bytes[start..start + file.compressed_size() as usize];
    Raw {
        method: 8,
        told: count as u32,
        sum: file.crc32(),
        ..raw(name, packed)
    }
}

fn archive(files: &[Raw]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut starts: Vec<u32> = Vec::new();
    let fields = |file: &Raw| {
        let mut head = Vec::new();
        for field in [20, file.flags, file.method, 0, 33] {
            head.extend(u16::to_le_bytes(field));
        }
        for field in [file.sum, file.bytes.len() as u32, file.told] {
            head.extend(field.to_le_bytes());
        }
        head.extend((file.name.len() as u16).to_le_bytes());
        head.extend([0; 2]);
        head
    };
    for file in files {
        let start = file.shares.map_or(out.len() as u32, |other| starts[other]);
        starts.push(start);
        if file.shares.is_none() {
            out.extend(b"PK\x03\x04");
            out.extend(fields(file));
            out.extend(&file.name);
            out.extend(&file.bytes);
        }
    }
    let list = out.len();
    for (file, start) in files.iter().zip(starts) {
        out.extend(b"PK\x01\x02");
        out.extend([20, 3]);
        out.extend(fields(file));
        out.extend([0; 6]);
        out.extend((file.mode << 16).to_le_bytes());
        out.extend(start.to_le_bytes());
        out.extend(&file.name);
    }
    let length = out.len() - list;
    out.extend(b"PK\x05\x06\0\0\0\0");
    for _ in 0..2 {
        out.extend((files.len() as u16).to_le_bytes());
    }
    out.extend((length as u32).to_le_bytes());
    out.extend((list as u32).to_le_bytes());
    out.extend([0; 2]);
    out
}

fn with(files: impl IntoIterator<Item = Raw>) -> Vec<u8> {
    let all: Vec<Raw> = [raw(SAVEFILE, GRAPH)].into_iter().chain(files).collect();
    archive(&all)
}

/// All files below a folder, from there on, with what is in them.
fn tree(folder: &Path) -> Vec<(String, Vec<u8>)> {
    fn walk(top: &Path, folder: &Path, all: &mut Vec<(String, Vec<u8>)>) {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(top, &path, all);
            } else {
                let name = path
                    .strip_prefix(top)
                    .unwrap()
                    .to_string_lossy()
                    .replace('\\', "/");
                all.push((name, fs::read(&path).unwrap()));
            }
        }
    }
    let mut all = Vec::new();
    walk(folder, folder, &mut all);
    all.sort();
    all
}

fn names(folder: &Path) -> Vec<String> {
    tree(folder).into_iter().map(|(name, _)| name).collect()
}

fn paths(userdata: &Path) -> Paths {
    Paths::find(Some(userdata), &Variables::of(&[])).unwrap()
}

fn unpacked(bytes: &[u8]) -> (tempfile::TempDir, Result<Unpacked, ArchiveError>) {
    let folder = tempfile::tempdir().unwrap();
    let into = folder.path().join("into");
    fs::create_dir(&into).unwrap();
    let result = unpack(Cursor::new(bytes), &into, &Limits::default());
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        1,
        "nothing beside it"
    );
    (folder, result)
}

#[test]
fn a_project_goes_into_an_archive_and_comes_out_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let [here, there] = ["here", "there"].map(|name| folder.path().join(name));
    let project = create("Größe", &here).unwrap();
    let zeros = vec![0; 3 << 20];
    let kept: [(&str, &[u8]); 6] = [
        ("nodes/a.py", b"def one() -> int:\n    return 1\n"),
        ("nodes/empty.py", b""),
        (
            "data/noise.bin",
            &(0..200_000u32)
                .flat_map(|i| i.wrapping_mul(2_654_435_761).to_le_bytes())
                .collect::<Vec<u8>>(),
        ),
        // It packs so well that it would be refused if it were packed.
        ("data/zeros.bin", &zeros),
        ("requirements.lock", b"numpy==2.0.0\n"),
        (".gitignore", b"*\n"),
    ];
    let left = [
        ".venv/pyvenv.cfg",
        ".venv.previous/a",
        ".loom/journal",
        "nodes/__pycache__/a.pyc",
        ".git/hooks/post-checkout",
        ".git/config",
        "logs.json",
        ".loom-a1b2c3.tmp",
    ];
    let all = kept
        .iter()
        .copied()
        .chain(left.map(|name| (name, &b"x"[..])));
    for (name, bytes) in all {
        let path = project.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    let file = project.join("Größe.loom");
    let mut seen = Vec::new();
    let packed = pack(&project, &file, &mut |done| seen.push(done)).unwrap();
    assert_eq!((packed.files, packed.refused.len()), (8, 0), "{packed:?}");
    assert_eq!(packed.bytes, fs::metadata(&file).unwrap().len());
    assert!(
        seen.is_sorted() && (seen.last().unwrap() - 1.0).abs() < 1e-3,
        "{seen:?}"
    );

    let taken = take(&file, &paths(&there)).unwrap();
    assert_eq!(taken.folder, there.join("Größe"));
    assert_eq!((taken.unpacked.files, taken.was_called), (8, None));
    let came = tree(&taken.folder);
    assert_eq!(came.len(), 8);
    for (name, bytes) in came {
        assert!(bytes == fs::read(project.join(&name)).unwrap(), "{name}");
    }
    // What is there is replaced, and the archive in the project's folder is no part of it.
    assert_eq!(pack(&project, &file, &mut |_| {}).unwrap().files, 8);
}

#[test]
fn an_archive_that_comes_twice_is_two_projects() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x.loom");
    fs::write(&file, with([raw("nodes/a.py", b"")])).unwrap();
    let userdata = folder.path().join("userdata");
    let paths = paths(&userdata);
    let taken = [(); 2].map(|()| take(&file, &paths).unwrap());
    assert_eq!(taken[0].folder, userdata.join("Coins"));
    assert_eq!(fs::read(taken[0].folder.join(SAVEFILE)).unwrap(), GRAPH);
    assert_eq!(taken[1].folder, userdata.join("Coins 2"));
    assert_eq!(taken[1].was_called.as_deref(), Some("Coins"));
    let about = index::about(&taken[1].folder.join(SAVEFILE)).unwrap();
    assert_eq!(about.name, "Coins 2");
    assert_ne!(about.id, "p1");
}

#[test]
fn nothing_that_was_trusted_where_it_comes_to_lie_is_trusted_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let paths = paths(folder.path());
    let place = folder.path().join("Coins");
    let lines = parse("--index-url https://example.org/\n");
    // A project of that name was here once.
    fs::create_dir(&place).unwrap();
    consent::confirm(folder.path(), &place, &lines).unwrap();
    let mut state = State::default();
    state.add_recent(&place);
    let is_live = crate::project::state::ProjectWindow {
        is_live: true,
        ..Default::default()
    };
    state.set_window(&place, is_live);
    state.save(folder.path()).unwrap();
    fs::remove_dir(&place).unwrap();
    let file = folder.path().join("x.loom");
    fs::write(
        &file,
        with([raw(
            "requirements.txt",
            b"--index-url https://example.org/\n",
        )]),
    )
    .unwrap();
    assert_eq!(take(&file, &paths).unwrap().folder, place);
    assert_eq!(
        consent::confirmed(folder.path(), &place),
        consent::Confirmed::default()
    );
    assert!(!State::load(folder.path()).window(&place).is_live);
}

#[test]
fn what_is_made_anew_stays_out_and_one_folder_around_all_is_taken_off() {
    let files = ["Coins-main/savefile.json", "Coins-main/nodes/a.py"].map(|name| raw(name, GRAPH));
    let mut left = [
        ".venv/bin/python",
        "nodes/__pycache__/a.pyc",
        ".GIT/hooks/post-checkout",
        ".loom/journal",
    ]
    .map(|name| raw(format!("Coins-main/{name}"), b"x"));
    // Environments have links in them; they are not looked at.
    left[0].mode = 0o120_777;
    let mac = raw("__MACOSX/._x", b"x");
    let mut folder_of = raw("Coins-main/", b"");
    folder_of.mode = 0o040_755;
    let all: Vec<Raw> = [folder_of]
        .into_iter()
        .chain(files)
        .chain(left)
        .chain([mac])
        .collect();
    let (folder, result) = unpacked(&archive(&all));
    let done = result.unwrap();
    assert_eq!((done.files, done.left_out), (2, 5));
    let into = folder.path().join("into");
    assert_eq!(names(&into), ["nodes/a.py", "savefile.json"]);
}

/// What it is, the archive, and a part of what is said of it.
type Case = (&'static str, Vec<u8>, &'static str);

fn names_that_are_refused() -> Vec<Case> {
    let one = |name: &str| with([raw(name, b"x")]);
    let long = format!("{}a", "abcdefgh/".repeat(21));
    let part = "x".repeat(241);
    vec![
        ("up", one("../a"), "leads out"),
        ("up in the middle", one("a/../../b"), "leads out"),
        (
            "up out of what is left out",
            one(".venv/../../../a"),
            "leads out",
        ),
        ("from the root", one("/etc/cron.d/a"), "a place on the disk"),
        ("a drive", one("C:/Windows/a"), "a place on the disk"),
        ("a drive's folder", one("c:a"), "a place on the disk"),
        ("a backslash", one("..\\a"), "has a \\"),
        ("a share", one("\\\\host\\share\\a"), "has a \\"),
        ("a stream", one("nodes/a.py:hidden"), "has one of"),
        (
            "a stream of the folder",
            one("nodes::$INDEX_ALLOCATION/a"),
            "has one of",
        ),
        ("a zero", one("a\0.py"), "control character"),
        ("a line", one("a\nb"), "control character"),
        ("a device", one("nodes/NUL"), "device"),
        ("a device with an ending", one("com1.txt"), "device"),
        ("a dot at the end", one("nodes/a."), "ends with a dot"),
        ("a space at the end", one("nodes /a"), "ends with a space"),
        ("nothing", one("nodes//a"), "is empty"),
        ("turned", one("a\u{202e}yp.exe"), "direction"),
        ("a long path", one(&long), "180 characters"),
        ("a long part", one(&part), "240 bytes"),
        ("a deep path", one(&["a"; 33].join("/")), "32 folders"),
    ]
}

fn contents_that_are_refused() -> Vec<Case> {
    let one = |name: &str| with([raw(name, b"x")]);
    let kind = |mode: u32| {
        with([Raw {
            mode,
            ..raw("a", b"../../x")
        }])
    };
    vec![
        ("a link", kind(0o120_777), "is a link"),
        ("a pipe", kind(0o010_644), "neither a file"),
        ("a device's file", kind(0o060_644), "neither a file"),
        ("a folder that is a file", kind(0o040_755), "neither a file"),
        (
            "only the case differs",
            one("SaveFile.json"),
            "for the same",
        ),
        (
            "only the case of a folder differs",
            with([raw("nodes/a", b""), raw("Nodes/b", b"")]),
            "for the same",
        ),
        (
            "only the form of the letters differs",
            with([raw("caf\u{e9}", b""), raw("cafe\u{301}", b"")]),
            "for the same",
        ),
        ("two of one name", one(SAVEFILE), "one name"),
        (
            "a file that is a folder",
            with([raw("a", b""), raw("a/b", b"")]),
            "two of that name",
        ),
        (
            "a password",
            with([Raw {
                flags: 1,
                ..raw("a", b"x")
            }]),
            "password",
        ),
        (
            "another way to pack",
            with([Raw {
                method: 14,
                ..raw("a", b"x")
            }]),
            "not known here",
        ),
        (
            "a wrong sum",
            with([Raw {
                sum: 1,
                ..raw("a", b"x")
            }]),
            "not a whole one",
        ),
        (
            "less than was told",
            with([Raw {
                told: 600_000,
                ..zeros("a", 500_000)
            }]),
            "500000 bytes, and 600000 were told",
        ),
        (
            "more than was told",
            with([Raw {
                told: 10,
                ..zeros("a", 500_000)
            }]),
            "larger than its declared",
        ),
        (
            "one that packs too well",
            with([zeros("a", 2 << 20)]),
            "100 times larger",
        ),
        (
            "many that pack too well",
            with((0..20).map(|i| zeros(&format!("a{i}"), 1 << 20))),
            "100 times larger",
        ),
        (
            "many that are one",
            with(
                [raw("0", &[7; 1 << 20])]
                    .into_iter()
                    .chain((1..2100).map(|i| Raw {
                        shares: Some(1),
                        ..raw(i.to_string(), &[7; 1 << 20])
                    })),
            ),
            "larger unpacked",
        ),
        (
            "too many",
            with((0..10_000).map(|i| raw(i.to_string(), b""))),
            "more than 10000 files",
        ),
        ("no project", archive(&[raw("a", b"x")]), "no project"),
        (
            "a project in one of two folders",
            archive(&[raw("a/savefile.json", GRAPH), raw("b/x", b"")]),
            "no project",
        ),
        ("nothing in it", archive(&[]), "no project"),
        ("no zip", b"PK and more".to_vec(), "no archive"),
        ("nothing at all", Vec::new(), "no archive"),
        (
            "cut short",
            with([raw("a", &[1; 4000])])[..2000].to_vec(),
            "no archive",
        ),
    ]
}

#[test]
fn each_hostile_kind_is_refused_by_name() {
    let cases = names_that_are_refused()
        .into_iter()
        .chain(contents_that_are_refused());
    for (what, bytes, why) in cases {
        let (_folder, result) = unpacked(&bytes);
        let error = result.expect_err(what).to_string();
        assert!(error.contains(why), "{what}: {error}");
        assert!(
            !error.contains('\0') && !error.contains('\n'),
            "{what}: {error:?}"
        );
        let userdata = tempfile::tempdir().unwrap();
        let file = userdata.path().join("x.loom");
        fs::write(&file, &bytes).unwrap();
        take(&file, &paths(userdata.path())).expect_err(what);
        assert_eq!(names(userdata.path()), ["x.loom"], "{what}");
    }
}

#[test]
fn what_really_comes_out_is_counted() {
    // Nested, it is a file as any other: the bomb inside is never looked at.
    let inner = with([zeros("a", 64 << 20)]);
    let (folder, result) = unpacked(&with([raw("inner.zip", &inner)]));
    assert_eq!(result.unwrap().bytes, (inner.len() + GRAPH.len()) as u64);
    drop(folder);
    let limits = Limits {
        bytes: 3000,
        ..Limits::default()
    };
    let folder = tempfile::tempdir().unwrap();
    let bytes = with([raw("a", &[1; 2000]), raw("b", &[1; 2000])]);
    let error = unpack(Cursor::new(&bytes), folder.path(), &limits).unwrap_err();
    assert!(error.to_string().contains("MB unpacked"), "{error}");
    let limits = Limits {
        list_bytes: 200,
        ..Limits::default()
    };
    let folder = tempfile::tempdir().unwrap();
    let bytes = with((0..100).map(|i| raw(i.to_string(), b"")));
    let error = unpack(Cursor::new(&bytes), folder.path(), &limits).unwrap_err();
    assert!(error.to_string().contains("too long"), "{error}");
    assert_eq!(names(folder.path()), [""; 0]);
}

#[test]
fn a_savefile_that_is_none_is_refused_and_leaves_nothing() {
    for (text, why) in [
        (&b"{ torn"[..], "not readable"),
        (b"[]", "not one of Loom's"),
    ] {
        let userdata = tempfile::tempdir().unwrap();
        let file = userdata.path().join("x.loom");
        fs::write(&file, archive(&[raw(SAVEFILE, text)])).unwrap();
        let error = take(&file, &paths(userdata.path()))
            .unwrap_err()
            .to_string();
        assert!(error.contains(why), "{error}");
        assert_eq!(fs::read_dir(userdata.path()).unwrap().count(), 1);
    }
}

#[test]
#[cfg(unix)]
fn links_are_not_followed_out_of_a_project_and_what_cannot_go_along_is_told() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().unwrap();
    let project = create("Links", folder.path()).unwrap();
    let secret = folder.path().join("secret");
    fs::write(&secret, "secret").unwrap();
    fs::create_dir(project.join(".loom")).unwrap();
    fs::write(project.join(".loom").join("own"), "own").unwrap();
    fs::write(project.join("data"), "data").unwrap();
    symlink("data", project.join("inside")).unwrap();
    symlink(&secret, project.join("outside")).unwrap();
    symlink(".loom/own", project.join("private")).unwrap();
    symlink("..", project.join("round")).unwrap();
    symlink("nowhere", project.join("dangling")).unwrap();
    fs::write(project.join("12:30"), "").unwrap();
    let file = folder.path().join("Links.loom");
    let packed = pack(&project, &file, &mut |_| {}).unwrap();
    let mut refused = packed.refused;
    refused.sort();
    let told = refused.join("\n");
    for name in ["outside", "private", "round", "dangling", "12:30"] {
        assert!(told.contains(&format!("/{name}")), "{name}: {told}");
    }
    assert_eq!(refused.len(), 5);
    let there = folder.path().join("there");
    let taken = take(&file, &paths(&there)).unwrap();
    let all = tree(&taken.folder);
    let inside = all.iter().find(|(name, _)| name == "inside").unwrap();
    assert_eq!(inside.1, b"data");
    assert!(
        !all.iter()
            .any(|(_, bytes)| bytes == b"secret" || bytes == b"own")
    );
}

#[test]
fn an_export_that_fails_leaves_the_archive_before() {
    let folder = tempfile::tempdir().unwrap();
    let project = create("P", folder.path()).unwrap();
    let file = folder.path().join("P.loom");
    fs::write(&file, "before").unwrap();
    fs::write(project.join(SAVEFILE), "{ torn").unwrap();
    pack(&project, &file, &mut |_| {}).unwrap_err();
    assert_eq!(fs::read(&file).unwrap(), b"before");
    let error = pack(
        &project,
        &folder.path().join("no").join("P.loom"),
        &mut |_| {},
    );
    error.unwrap_err();
    let left = fs::read_dir(folder.path()).unwrap().flatten();
    let ours = |name: &str| name.starts_with("trust");
    let left = left.filter(|entry| !ours(&entry.file_name().to_string_lossy()));
    assert_eq!(left.count(), 2);
}
