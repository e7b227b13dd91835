//! Read: the files that changed, several at a time, and what each of them holds.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::num::NonZero;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, SystemTime};

use super::Problem;
use super::parse::{Source, kinds};
use super::scan::{self, Found};
use super::script;
use super::sidecar::Sidecar;
use crate::graph::{KindState, NodeKind};

/// No source that a person wrote is larger; a file of data that ends in `.py` by mistake is not read whole.
const MOST_BYTES: u64 = 2 << 20;
/// Fewer files are read sooner than threads are started for them.
const WORTH_THREADS: usize = 16;
const MOST_THREADS: usize = 8;
/// Two writes this close together can leave one time in the file system (two seconds on FAT): such a file is read
/// again the next time, whatever its time says.
const SAME_TIME: Duration = Duration::from_secs(2);

/// What was read of one file.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    pub found: Found,
    /// The file had been left alone for long enough when it was read; see `SAME_TIME`.
    pub is_settled: bool,
    pub kinds: Vec<Arc<NodeKind>>,
    /// The file as a whole cannot be read.
    pub is_unreadable: bool,
    /// Beside what the kinds say of themselves.
    pub problems: Vec<Problem>,
}

/// The readings of `found`, in its order, and whether any file was read: of those that did not change the readings in
/// `before` are taken.
pub fn read_changed(found: Vec<Found>, before: Vec<Reading>) -> (Vec<Reading>, bool) {
    let mut known: HashMap<Arc<Path>, Reading> = before
        .into_iter()
        .map(|reading| (reading.found.file.clone(), reading))
        .collect();
    let mut changed = Vec::new();
    let mut known_of_changed = HashMap::new();
    let kept: Vec<Option<Reading>> = found
        .into_iter()
        .map(|found| match known.remove(&found.file) {
            Some(reading) if reading.is_settled && reading.found == found => Some(reading),
            reading => {
                if let Some(reading) = reading {
                    known_of_changed.insert(found.file.clone(), reading.kinds);
                }
                changed.push(found);
                None
            }
        })
        .collect();
    let mut read = read_all(&changed).into_iter();
    let readings = kept
        .into_iter()
        .filter_map(|kept| {
            kept.or_else(|| {
                let mut reading = read.next()?;
                if let Some(known) = known_of_changed.get(&reading.found.file) {
                    keep_known(&mut reading, known);
                }
                Some(reading)
            })
        })
        .collect();
    (readings, !changed.is_empty())
}

/// A source that cannot be read any more still has the kinds that were known before, as broken ones: so their nodes keep
/// all that they have until it is mended.
fn keep_known(reading: &mut Reading, known: &[Arc<NodeKind>]) {
    let is_named_like_file = |kind: &NodeKind| *kind.function == *stem(&reading.found);
    let [only] = reading.kinds.as_slice() else {
        return;
    };
    let state = only.state.clone();
    if !reading.is_unreadable
        || known
            .iter()
            .all(|kind| is_placeholder(kind) && is_named_like_file(kind))
    {
        return;
    }
    let broken = |kind: &Arc<NodeKind>| {
        let mut kind = NodeKind::clone(kind);
        kind.state = state.clone();
        Arc::new(kind)
    };
    reading.kinds = known.iter().map(broken).collect();
}

/// Stands for a file that could not be read from the start.
fn is_placeholder(kind: &NodeKind) -> bool {
    kind.state != KindState::Ready && kind.inputs.is_empty() && kind.outputs.is_empty()
}

fn read_all(files: &[Found]) -> Vec<Reading> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let threads = cores.min(MOST_THREADS).min(files.len() / WORTH_THREADS);
    if threads < 2 {
        return files.iter().map(read).collect();
    }
    // Each thread takes the next file that none has taken: files differ much in length.
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(found) = files.get(at) else {
                return done;
            };
            done.push((at, read(found)));
        }
    };
    let mut done = thread::scope(|scope| {
        let helpers: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut done = work();
        for helper in helpers {
            match helper.join() {
                Ok(more) => done.extend(more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        done
    });
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, reading)| reading).collect()
}

pub fn read(found: &Found) -> Reading {
    let mut problems = Vec::new();
    let sidecar = found.sidecar.and_then(|_| {
        let file = found.file.with_extension("json");
        let text = bytes(&file).map_err(|error| error.to_string());
        text.and_then(|bytes| Sidecar::read(&bytes))
            .unwrap_or_else(|why| {
                let message = format!(
                    "The file cannot be read, so {}.py goes without it: {why}",
                    stem(found)
                );
                problems.push(Problem::new(&file, 0, message));
                None
            })
    });
    let source = Source {
        bank: found.bank,
        family: &found.family,
        file: &found.file,
        sidecar: sidecar.as_ref(),
    };
    let is_settled = is_settled(found);
    let kinds = match bytes(&found.file).map(String::from_utf8) {
        Ok(Ok(text)) => {
            if let Err(why) = script::dependencies(&text) {
                let message = format!("The packages that it needs are not known: {why}");
                problems.push(Problem::new(&found.file, 0, message));
            }
            kinds(&text, &source)
        }
        Ok(Err(error)) => {
            let good = error.utf8_error().valid_up_to();
            let lines = error.as_bytes()[..good]
                .iter()
                .filter(|byte| **byte == b'\n');
            let line = lines.count() as u32 + 1;
            Err(("The file is not UTF-8: save it as UTF-8".to_owned(), line))
        }
        Err(error) => Err((format!("The file cannot be read: {error}"), 1)),
    };
    let is_unreadable = kinds.is_err();
    let kinds = kinds.unwrap_or_else(|(message, line)| vec![source.broken(message, line)]);
    Reading {
        found: found.clone(),
        is_settled,
        is_unreadable,
        kinds: kinds.into_iter().map(Arc::new).collect(),
        problems,
    }
}

fn is_settled(found: &Found) -> bool {
    let now = scan::nanos_since_1970(SystemTime::now());
    let times = [Some(found.stamp), found.sidecar].into_iter().flatten();
    let mut ages = times.map(|stamp| now.abs_diff(stamp.time_nanos));
    ages.all(|age| u128::from(age) > SAME_TIME.as_nanos())
}

fn stem(found: &Found) -> String {
    let stem = found.file.file_stem().unwrap_or_default();
    stem.to_string_lossy().into_owned()
}

fn bytes(file: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(file)?
        .take(MOST_BYTES + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST_BYTES {
        let why = format!("it is larger than {} MiB", MOST_BYTES >> 20);
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, why));
    }
    Ok(bytes)
}
