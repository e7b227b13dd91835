//! Files against kills: a process that edits and saves through Loom's own parts is killed at random moments, again and
//! again; then everything must be readable, and nothing that it acknowledged may be lost. `child.rs` is that process.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests stop at the first surprise"
)]

mod child;
#[path = "killing.rs"]
mod killing;

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use killing::Random;
use loom::document::file::SAVEFILE;
use loom::graph::Catalog;
use loom::paths::{Paths, Variables};
use loom::project::{generations, trust};
use loom::settings::Settings;

/// Names the userdata folder to the child.
const CHILD: &str = "LOOM_CRASH_CHILD";
/// As many on one project: each start does again what its journal holds.
const ON_ONE: usize = 20;
/// A child tells fewer lines before it is killed: those of its first four turns, so that every kind of work is hit.
const LINES: u64 = 8;

#[derive(Debug, Default)]
struct Tally {
    kills: usize,
    edits: usize,
    saves: usize,
    rotations: usize,
    leftovers: usize,
    unreadable: Vec<String>,
    lost: Vec<String>,
}

/// What a child said of its work.
#[derive(Clone, Copy, Default)]
struct Said {
    edits: usize,
    saved: usize,
    rotated: usize,
    not_swept: usize,
}

impl Said {
    fn hear(&mut self, line: &str) -> bool {
        let Some((what, count)) = killing::heard(line) else {
            return false;
        };
        match what {
            "edits" => self.edits = count,
            "saved" => self.saved = count,
            "rotated" => self.rotated += 1,
            "not-swept" => self.not_swept = count,
            _ => return what == "begun",
        }
        false
    }
}

#[test]
fn killed_at_any_moment_every_file_is_readable_and_no_acknowledged_edit_is_lost() {
    let kills = killing::kills(200);
    let mut random = Random::new();
    let seed = random.0;
    let mut tally = Tally::default();
    while tally.kills < kills {
        let userdata = tempfile::tempdir().unwrap();
        loom::project::create(child::PROJECT, userdata.path()).unwrap();
        let mut known = Said::default();
        for _ in 0..ON_ONE.min(kills - tally.kills) {
            let before = tally.unreadable.len() + tally.lost.len();
            known = kill(userdata.path(), known, &mut random);
            tally.kills += 1;
            known.edits = look(userdata.path(), known, &mut tally);
            if tally.unreadable.len() + tally.lost.len() > before {
                break;
            }
        }
        tally.edits += known.edits;
        tally.saves += known.saved;
        tally.rotations += known.rotated;
    }
    eprintln!(
        "{} kills, {} edits, {} rotations, {} leftovers: {} unreadable, {} lost",
        tally.kills,
        tally.edits,
        tally.rotations,
        tally.leftovers,
        tally.unreadable.len(),
        tally.lost.len()
    );
    assert!(
        tally.unreadable.is_empty() && tally.lost.is_empty(),
        "{tally:#?}, seed {seed}"
    );
    assert!(
        tally.edits > 0 && tally.saves > 0 && tally.rotations > 0,
        "{tally:?}"
    );
}

/// Start a child, kill it, and say what is known of its work then.
fn kill(userdata: &Path, mut known: Said, random: &mut Random) -> Said {
    let mut child = killing::start("crash::child::works_until_it_is_killed", CHILD, userdata);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    // Most while it works, some while it starts.
    let mut most = 1;
    if random.below(5) > 0 {
        let mut said = lines.by_ref().map_while(Result::ok);
        let has_begun = said.any(|line| known.hear(&line));
        assert!(has_begun, "the child ended by itself: {:?}", child.wait());
        most = LINES;
    }
    killing::wait(&mut lines, most, random, |line| {
        known.hear(line);
    });
    child.kill().unwrap();
    child.wait().unwrap();
    for line in lines.map_while(Result::ok) {
        known.hear(&line);
    }
    known
}

/// What a Loom finds that starts now, with the number of edits that came back.
fn look(userdata: &Path, known: Said, tally: &mut Tally) -> usize {
    let project = userdata.join(child::PROJECT);
    let catalog = child::catalog();
    let mut unreadable = |what: &str, why: String| {
        tally.unreadable.push(format!("{what}: {why}"));
    };
    for file in ["state.json", "folderindex.json", "trust.json"] {
        let text = fs::read(userdata.join(file)).unwrap_or_else(|_| b"{}".to_vec());
        if let Err(error) = serde_json::from_slice::<serde_json::Value>(&text) {
            unreadable(file, error.to_string());
        }
    }
    for note in Settings::load(userdata).1 {
        unreadable("settings.json", note);
    }
    for version in generations::list(&project) {
        if let Err(error) = generations::read(&version.path, &Catalog::default()) {
            unreadable("a generation", error.to_string());
        }
    }
    let saved = match generations::load(&project, &catalog) {
        Ok(loaded) => loaded.document.graph().node_count(),
        Err(error) => {
            unreadable(SAVEFILE, error.to_string());
            0
        }
    };
    let paths = Paths::find(Some(userdata), &Variables::load()).unwrap();
    if let Some(changes) = trust::look(&project, &paths)
        .changes
        .filter(|it| !it.is_empty())
    {
        let why = format!("its own saves are taken for another's: {changes:?}");
        unreadable("trust.json", why);
    }
    let found = child::location(userdata).find(&catalog);
    if found
        .as_ref()
        .is_some_and(|found| !found.place.is_trusted())
    {
        unreadable("the journal", "it is not known as our own".to_owned());
    }
    let recovered = match &found {
        Some(found) if found.lost > 0 => 0,
        Some(found) => found.document.graph().node_count(),
        None => saved,
    };
    // What was acknowledged, and at most the one edit whose acknowledgement was under way.
    if saved < known.saved || !(known.edits..=known.edits + 1).contains(&recovered) {
        tally.lost.push(format!(
            "{} edits were acknowledged and {recovered} came back; {} were saved and {saved} were read",
            known.edits, known.saved
        ));
    }
    if known.not_swept > 0 {
        tally
            .lost
            .push(format!("{} leftovers stay", known.not_swept));
    }
    // Older than what another Loom may be writing just now.
    let old = SystemTime::now() - Duration::from_mins(10);
    for left in leftovers(userdata) {
        tally.leftovers += 1;
        let file = fs::File::options().write(true).open(left).unwrap();
        file.set_modified(old).unwrap();
    }
    recovered
}

/// Temporary files anywhere in a folder.
fn leftovers(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found = Vec::new();
    for path in entries.map(|entry| entry.path()) {
        if path.is_dir() {
            found.extend(leftovers(&path));
        } else if path.extension().is_some_and(|end| end == "tmp") {
            found.push(path);
        }
    }
    found
}
