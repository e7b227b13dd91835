//! The index over folders: what is read, in which order, what changed, and what the cache keeps.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tempfile::TempDir;

use super::describe;
use crate::graph::{Bank, KindState, NodeKind};
use crate::nodebank::{Nodebank, cache};

/// A folder of files that were written an hour ago, unless a test says otherwise.
struct Folder {
    dir: TempDir,
    age: Duration,
}

impl Folder {
    fn new(files: &[(&str, &str)]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let folder = Self {
            dir,
            age: Duration::from_hours(1),
        };
        for (path, text) in files {
            folder.write(path, text.as_bytes());
        }
        folder
    }

    fn path(&self, path: &str) -> PathBuf {
        self.dir.path().join(path)
    }

    fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        touch(&path, self.age);
    }

    fn bank(&self, bank: Bank) -> Nodebank {
        let mut bank = Nodebank::new(vec![(bank, self.dir.path().to_owned())], None);
        bank.refresh();
        bank
    }

    fn with_cache(&self) -> Nodebank {
        let folders = vec![(Bank::Custom, self.path("bank"))];
        Nodebank::new(folders, Some(self.path("cache/index.json")))
    }
}

fn touch(path: &Path, age: Duration) {
    let file = File::options().append(true).open(path).unwrap();
    file.set_modified(SystemTime::now() - age).unwrap();
}

/// `family/function` of all kinds, in the catalog's order.
fn listed(bank: &Nodebank) -> Vec<String> {
    let catalog = bank.catalog();
    let kinds = catalog.kinds().iter();
    kinds
        .map(|kind| format!("{}/{}", kind.family, kind.function))
        .collect()
}

fn problems(bank: &Nodebank) -> Vec<String> {
    let problems = bank.problems().iter();
    problems
        .map(|problem| {
            let file = problem.file.file_name().unwrap().to_string_lossy();
            format!("{file}:{}: {}", problem.line, problem.message)
        })
        .collect()
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Loom's own nodes and those of the examples are what a new user learns from.
#[test]
fn the_nodes_that_come_with_loom_are_whole() {
    let mut folders = vec![(Bank::Builtin, root().join("nodebank"))];
    for example in fs::read_dir(root().join("examples")).unwrap() {
        let nodes = example.unwrap().path().join("nodes");
        if nodes.is_dir() {
            folders.push((Bank::Project, nodes));
        }
    }
    let mut bank = Nodebank::new(folders, None);
    assert!(bank.refresh());
    assert_eq!(bank.problems(), []);
    let catalog = bank.catalog();
    let count = catalog.kinds().len();
    assert!(count > 30, "only {count} kinds");
    let mut lacking = Vec::new();
    for kind in catalog.kinds() {
        let id = kind.id();
        assert_eq!(kind.state, KindState::Ready, "{id}");
        assert!(kind.file.as_deref().is_some_and(Path::exists), "{id}");
        for (what, text) in [
            ("title", kind.title.as_str()),
            ("family", kind.family.as_str()),
            ("summary", &*kind.summary),
        ] {
            if text.is_empty() {
                lacking.push(format!("{id}: {what}"));
            }
        }
        for input in kind.inputs.iter().filter(|input| input.help.is_empty()) {
            lacking.push(format!("{id}: help of {}", input.name));
        }
    }
    assert!(lacking.is_empty(), "{}", lacking.join("\n"));
}

#[test]
fn the_first_looms_own_bank_is_read() {
    let folder = root().join("tests/fixtures/original-format/nodebank/custom");
    let mut bank = Nodebank::new(vec![(Bank::Custom, folder)], None);
    bank.refresh();
    assert_eq!(bank.problems(), []);
    let catalog = bank.catalog();
    let found: Vec<String> = catalog.kinds().iter().map(|kind| describe(kind)).collect();
    assert_eq!(
        found,
        [
            "celsius_node(Celsius) by position -> spread Value: any",
            "fahrenheit_node(Celsius, Offset) by position -> spread Fahrenheit: any, Rounded: any [async]",
            "report_node(Text, Number) by position -> spread Sentence: any",
        ]
    );
}

#[test]
fn families_come_from_folders() {
    let f = "def {}(a: int): ...";
    let at = |name: &str| f.replace("{}", name);
    let (a, b, c, d) = (at("a"), at("b"), at("c"), at("d"));
    let own = "import loom\n@loom.node(family='Mine')\ndef e(): ...";
    let folder = Folder::new(&[
        ("a.py", &a),
        ("machine_learning/b.py", &b),
        ("machine_learning/deep/c.py", &c),
        ("text/d.py", &d),
        ("text/e.py", own),
    ]);
    for (bank, expected) in [
        (
            Bank::Builtin,
            [
                "General/a",
                "Machine learning/b",
                "Machine learning/c",
                "Mine/e",
                "Text/d",
            ],
        ),
        (
            Bank::Custom,
            [
                "Custom/a",
                "Machine learning/b",
                "Machine learning/c",
                "Mine/e",
                "Text/d",
            ],
        ),
        (
            Bank::Project,
            ["Mine/e", "Project/a", "Project/b", "Project/c", "Project/d"],
        ),
    ] {
        assert_eq!(listed(&folder.bank(bank)), expected, "{bank:?}");
    }
}

#[test]
fn what_is_not_a_source_is_left_alone() {
    let node = "def f(a: int): ...";
    let folder = Folder::new(&[
        ("_private.py", node),
        (".hidden.py", node),
        ("__init__.py", node),
        ("__pycache__/x.py", node),
        (".venv/lib/x.py", node),
        ("notes.txt", "def x(: no Python"),
        ("data.json", "{"),
        ("folder.py/yes.py", "def yes(): ..."),
    ]);
    let bank = folder.bank(Bank::Custom);
    assert_eq!(listed(&bank), ["Folder.py/yes"]);
    assert_eq!(bank.problems(), []);
}

#[test]
fn files_that_cannot_be_read_are_one_broken_entry_each() {
    let folder = Folder::new(&[
        ("good.py", "def good(a: int): ..."),
        ("bad.py", "def bad(:"),
    ]);
    folder.write("latin.py", b"# first\ntext = 'caf\xe9'\n");
    folder.write("large.py", &vec![b'#'; (2 << 20) + 1]);
    folder.write("old.py", b"def old(a): ...");
    folder.write("old.json", b"{\"dynamic\": ");
    let bank = folder.bank(Bank::Custom);
    assert_eq!(
        listed(&bank),
        [
            "Custom/bad",
            "Custom/good",
            "Custom/large",
            "Custom/latin",
            "Custom/old"
        ]
    );
    let catalog = bank.catalog();
    let kind = |function| describe(catalog.get(Bank::Custom, function).unwrap());
    assert_eq!(kind("good"), "good(a: int) -> result: any");
    assert_eq!(
        kind("latin"),
        "latin broken in line 2: The file is not UTF-8: save it as UTF-8"
    );
    assert_eq!(
        kind("large"),
        "large broken in line 1: The file cannot be read: it is larger than 2 MiB"
    );
    assert_eq!(kind("old"), "old(a) by position -> spread result: any");
    let problems = problems(&bank);
    assert_eq!(problems.len(), 4, "{problems:?}");
    assert!(problems[0].starts_with("bad.py:1: bad cannot be a node: Syntax error"));
    assert!(
        problems[3].starts_with("old.json:0: The file cannot be read, so old.py goes without it: ")
    );
    let shown = bank.problems()[2].to_string();
    assert!(
        shown.contains("line 2 of ") && shown.ends_with("latin.py"),
        "{shown}"
    );
}

#[test]
fn of_two_functions_with_one_name_the_first_stays() {
    let folder = Folder::new(&[
        ("a/one.py", "def f(first: int): ...\ndef g(a: int): ..."),
        ("b/two.py", "\ndef f(second: int): ..."),
        ("c/twice.py", "def h(a: int): ...\ndef h(b: int): ..."),
        // A broken file has the name of a function that works: it does not hide it.
        ("a/g.py", "def"),
    ]);
    let mut bank = Nodebank::new(
        vec![
            (Bank::Custom, folder.path("a")),
            (Bank::Custom, folder.path("b")),
            (Bank::Builtin, folder.path("b")),
            (Bank::Custom, folder.path("c")),
            (Bank::Project, folder.path("nowhere")),
        ],
        None,
    );
    bank.refresh();
    let catalog = bank.catalog();
    let kind = |function| describe(catalog.get(Bank::Custom, function).unwrap());
    assert_eq!(kind("f"), "f(first: int) -> result: any");
    assert_eq!(kind("g"), "g(a: int) -> result: any");
    assert_eq!(kind("h"), "h(b: int) -> result: any");
    // The same folder in a second bank was read already.
    assert!(catalog.get(Bank::Builtin, "f").is_none());
    let problems = problems(&bank);
    assert_eq!(problems.len(), 3, "{problems:?}");
    assert!(
        problems[0].starts_with("g.py:1: g cannot be a node: Syntax error"),
        "{problems:?}"
    );
    let taken = "two.py:2: f is defined in line 1 of ";
    assert!(
        problems[1].starts_with(taken)
            && problems[1].ends_with("one.py as well, and that one is used; rename one")
    );
    assert_eq!(
        problems[2],
        "twice.py:1: h is defined again in line 2, and that is the one Python keeps; rename or delete one"
    );
}

#[cfg(unix)]
#[test]
fn links_are_followed_once() {
    use std::os::unix::fs::symlink;
    let folder = Folder::new(&[
        ("bank/b/b.py", "def b(a: int): ..."),
        ("bank/custom/c.py", "def c(a: int): ..."),
        ("elsewhere/e.py", "def e(a: int): ..."),
    ]);
    symlink(folder.path("bank"), folder.path("bank/b/loop")).unwrap();
    symlink(folder.path("bank/b"), folder.path("bank/a")).unwrap();
    symlink(folder.path("elsewhere"), folder.path("bank/x")).unwrap();
    symlink(folder.path("elsewhere"), folder.path("bank/y")).unwrap();
    symlink(folder.path("elsewhere"), folder.path("elsewhere/self")).unwrap();
    symlink(folder.path("elsewhere/e.py"), folder.path("bank/linked.py")).unwrap();
    symlink(folder.path("gone.py"), folder.path("bank/gone.py")).unwrap();
    let mut bank = Nodebank::new(
        vec![
            (Bank::Custom, folder.path("bank/custom")),
            (Bank::Builtin, folder.path("bank")),
        ],
        None,
    );
    bank.refresh();
    assert_eq!(
        listed(&bank),
        ["B/b", "Custom/c", "General/e", "General/gone"]
    );
    let problems = problems(&bank);
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert!(problems[0].starts_with("gone.py:1: gone cannot be a node: The file cannot be read: "));
    assert!(
        problems[1].starts_with("e.py:1: e is defined in line 1 of "),
        "{problems:?}"
    );
}

#[cfg(unix)]
#[test]
fn pipes_are_not_waited_for() {
    let folder = Folder::new(&[("good.py", "def good(a: int): ...")]);
    let made = std::process::Command::new("mkfifo")
        .arg(folder.path("pipe.py"))
        .status();
    assert!(made.unwrap().success());
    assert_eq!(listed(&folder.bank(Bank::Custom)), ["Custom/good"]);
}

#[test]
fn refresh_reads_what_changed() {
    let folder = Folder::new(&[
        ("a.py", "def a(x: int): ..."),
        ("b.py", "def b(x: int): ..."),
    ]);
    let mut bank = folder.bank(Bank::Custom);
    let kind =
        |bank: &Nodebank, function: &str| bank.catalog().get(Bank::Custom, function).cloned();
    let (a, b) = (kind(&bank, "a").unwrap(), kind(&bank, "b").unwrap());
    assert!(!bank.refresh());

    // Another size.
    folder.write("a.py", b"def a(longer: int): ...");
    assert!(bank.refresh());
    assert_eq!(
        describe(&kind(&bank, "a").unwrap()),
        "a(longer: int) -> result: any"
    );
    assert!(
        std::sync::Arc::ptr_eq(&b, &kind(&bank, "b").unwrap()),
        "b was read again"
    );

    // The size as before and another time.
    folder.write("a.py", b"def a(x: int): ...");
    assert!(bank.refresh());
    assert_eq!(kind(&bank, "a").unwrap(), a);
    touch(&folder.path("a.py"), Duration::from_mins(1));
    folder.write("b.py", b"def b(y: int): ...");
    touch(&folder.path("b.py"), Duration::from_mins(1));
    assert!(bank.refresh());
    assert_eq!(
        describe(&kind(&bank, "b").unwrap()),
        "b(y: int) -> result: any"
    );
    assert_eq!(kind(&bank, "a").unwrap(), a);

    // A comment changes the file and no kind.
    folder.write("b.py", b"def b(y: int): ...  # note");
    assert!(!bank.refresh());

    // The file beside it.
    folder.write("c.py", b"def c(x): ...");
    assert!(bank.refresh());
    folder.write("c.json", br#"{"dynamic": {"outputs": ["Value"]}}"#);
    assert!(bank.refresh());
    assert!(kind(&bank, "c").unwrap().output("Value").is_some());

    fs::remove_file(folder.path("a.py")).unwrap();
    assert!(bank.refresh());
    assert_eq!(listed(&bank), ["Custom/b", "Custom/c"]);
    assert!(!bank.refresh());
}

#[test]
fn a_source_that_becomes_broken_keeps_its_kinds_until_it_is_mended() {
    let folder = Folder::new(&[(
        "bank/a.py",
        "def a(x: int): ...\ndef b(y: str) -> float: ...",
    )]);
    let mut bank = folder.with_cache();
    bank.refresh();
    let sound = bank.catalog();
    folder.write(
        "bank/a.py",
        b"def a(x: int): ...\ndef b(y: str -> float: ...",
    );
    let check = |bank: &Nodebank, line: &str| {
        let catalog = bank.catalog();
        assert_eq!(catalog.kinds().len(), 2);
        for (kind, before) in catalog.kinds().iter().zip(sound.kinds()) {
            assert!(
                matches!(kind.state, KindState::Broken { .. }),
                "{}",
                kind.function
            );
            assert_eq!(
                (&kind.inputs, &kind.outputs),
                (&before.inputs, &before.outputs)
            );
        }
        let problems = bank.problems();
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(problems[0].to_string().contains(line), "{problems:?}");
    };
    assert!(bank.refresh());
    check(&bank, "line 2");
    folder.write(
        "bank/a.py",
        b"\n\ndef a(x: int): ...\ndef b(y: str -> float: ...",
    );
    assert!(bank.refresh());
    check(&bank, "line 4");
    let mut later = folder.with_cache();
    later.refresh();
    check(&later, "line 4");
    folder.write(
        "bank/a.py",
        b"def a(x: int): ...\ndef b(y: str) -> float: ...",
    );
    assert!(later.refresh());
    assert_eq!(later.catalog().kinds(), sound.kinds());
}

/// Two writes of one length can come within the file system's own grain of time.
#[test]
fn a_file_that_was_just_written_is_not_trusted() {
    let folder = Folder::new(&[]);
    let path = folder.path("a.py");
    let now = SystemTime::now();
    let write = |text: &str| {
        fs::write(&path, text).unwrap();
        let file = File::options().append(true).open(&path).unwrap();
        file.set_modified(now).unwrap();
    };
    write("def a(x: int): ...");
    let mut bank = folder.bank(Bank::Custom);
    let was_settled = bank.readings[0].is_settled;
    write("def a(y: int): ...");
    // On a machine that took longer than the grain the first reading was no longer in doubt.
    assert!(bank.refresh() || was_settled);
}

#[test]
fn a_second_start_takes_everything_from_the_cache() {
    let folder = Folder::new(&[
        ("bank/tables/many.py", include_str!("many_kinds.py")),
        ("bank/old.py", "def old(a, b): ..."),
        (
            "bank/old.json",
            r#"{"name": "older", "dynamic": {"outputs": ["x", "y"]}}"#,
        ),
        ("bank/worse.py", "def worse(a): ..."),
        ("bank/worse.json", "{"),
        ("bank/bad.py", "def bad(:"),
    ]);
    let mut first = folder.with_cache();
    assert!(first.refresh());
    assert!(first.problems().len() >= 3);
    let count = first.catalog().kinds().len();
    assert!(count > 8, "{count}");

    // What is found in the files now would be seen, if they were read.
    for reading in &first.readings {
        let path = &reading.found.file;
        let (length, time) = {
            let metadata = fs::metadata(path).unwrap();
            (metadata.len() as usize, metadata.modified().unwrap())
        };
        fs::write(path, vec![b'('; length]).unwrap();
        let file = File::options().append(true).open(path).unwrap();
        file.set_modified(time).unwrap();
    }
    let mut second = folder.with_cache();
    assert!(second.refresh());
    assert_eq!(second.catalog().kinds(), first.catalog().kinds());
    assert_eq!(second.problems(), first.problems());
    assert_eq!(second.readings, first.readings);
    assert!(!second.refresh());
}

#[test]
fn a_cache_that_does_not_fit_is_written_anew() {
    let folder = Folder::new(&[("bank/a.py", "def a(x: int): ...")]);
    let path = folder.path("cache/index.json");
    folder.with_cache().refresh();
    let good = fs::read_to_string(&path).unwrap();
    assert_eq!(cache::load(&path).map(|readings| readings.len()), Some(1));
    let version = format!("\"version\":\"{}\"", env!("CARGO_PKG_VERSION"));
    let older = good.replace(&version, "\"version\":\"0.0.1\"");
    let other_format = good.replace("{\"format\":3,", "{\"format\":0,");
    let other_program = good.replace("\"program\":[", "\"program\":[1");
    let other_type = good.replace("\"int\"", "\"number\"");
    for damaged in [&older, &other_format, &other_program, &other_type] {
        assert_ne!(**damaged, good);
    }
    let cut = &good[..good.len() / 2];
    for damaged in [
        "",
        "{",
        "null",
        "[]",
        "\u{0}\u{0}",
        cut,
        &older,
        &other_format,
        &other_program,
        &other_type,
    ] {
        fs::write(&path, damaged).unwrap();
        assert!(cache::load(&path).is_none(), "{damaged}");
        let mut bank = folder.with_cache();
        assert!(bank.refresh());
        assert_eq!(listed(&bank), ["Custom/a"]);
        assert_eq!(fs::read_to_string(&path).unwrap(), good);
    }
    let left: Vec<_> = fs::read_dir(folder.path("cache")).unwrap().collect();
    assert_eq!(left.len(), 1, "files were left beside the cache: {left:?}");
}

#[test]
fn a_cache_that_cannot_be_written_costs_nothing_else() {
    let folder = Folder::new(&[
        ("bank/a.py", "def a(x: int): ..."),
        ("cache", "a file where the folder should be"),
    ]);
    let mut bank = folder.with_cache();
    assert!(bank.refresh());
    assert_eq!(listed(&bank), ["Custom/a"]);
    assert!(!bank.refresh());
}

#[test]
fn the_cache_follows_what_changes() {
    let folder = Folder::new(&[
        ("bank/a.py", "def a(x: int): ..."),
        ("bank/b.py", "def b(x: int): ..."),
    ]);
    folder.with_cache().refresh();
    fs::remove_file(folder.path("bank/a.py")).unwrap();
    folder.write("bank/b.py", b"def b(other: int): ...");
    folder.with_cache().refresh();
    let kinds: Vec<NodeKind> = cache::load(&folder.path("cache/index.json"))
        .unwrap()
        .iter()
        .flat_map(|reading| reading.kinds.iter().map(|kind| NodeKind::clone(kind)))
        .collect();
    let kinds: Vec<String> = kinds.iter().map(describe).collect();
    assert_eq!(kinds, ["b(other: int) -> result: any"]);
}

/// Several threads read, and the order stays that of the paths.
#[test]
fn the_order_does_not_depend_on_threads() {
    let files: Vec<(String, String)> = (0..200)
        .map(|i| {
            (
                format!("f{i:03}.py"),
                format!("def same(a{i}: int): ...\ndef f{i:03}(): ..."),
            )
        })
        .collect();
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    let folder = Folder::new(&files);
    let first = folder.bank(Bank::Custom);
    let same = first.catalog().get(Bank::Custom, "same").cloned().unwrap();
    assert!(same.input("a0").is_some());
    assert_eq!(first.problems().len(), 199);
    let order: Vec<_> = first
        .readings
        .iter()
        .map(|reading| reading.found.file.clone())
        .collect();
    assert!(order.is_sorted());
    for _ in 0..3 {
        let again = folder.bank(Bank::Custom);
        assert_eq!(again.catalog().kinds(), first.catalog().kinds());
        assert_eq!(again.problems(), first.problems());
    }
}
