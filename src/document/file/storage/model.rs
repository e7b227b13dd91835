//! A disk in memory, for tests: it keeps apart what a program sees and what is on the disk, and a crash keeps of what
//! was not flushed a part that nobody can foresee, in no order. Any call can be made to fail or to be the last.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::{Flusher, Listed, Storage, TEMPORARY, Writable};

/// Numbers that look random.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        // Seeds that differ little begin far from each other; 0 would stay 0.
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % end.max(1)
    }

    pub fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }
}

/// Flushes that do nothing: a test must notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ignored {
    Nothing,
    Files,
    Folders,
    /// Of files that are still to be renamed.
    Temporary,
}

/// What befalls a call.
#[derive(Clone, Copy, Debug)]
pub enum Fate {
    /// It fails, and what it does is done in part at most.
    Error(ErrorKind),
    /// The process is killed in it.
    Death,
}

#[derive(Clone, Debug)]
enum Change {
    Write(usize, Vec<u8>),
    Length(usize),
}

#[derive(Clone, Debug, Default)]
struct Inode {
    seen: Vec<u8>,
    durable: Vec<u8>,
    pending: Vec<Change>,
    modified: u64,
    is_temporary: bool,
}

/// What a name leads to; `None` in a change: to nothing any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Entry {
    File(usize),
    Folder,
}

/// Changes of names that are made together or not at all.
type Renaming = Vec<(PathBuf, Option<Entry>)>;

#[derive(Debug)]
struct State {
    inodes: Vec<Inode>,
    seen: BTreeMap<PathBuf, Entry>,
    durable: BTreeMap<PathBuf, Entry>,
    pending: Vec<Renaming>,
    random: Random,
    ignored: Ignored,
    /// At which call, and what.
    fate: Option<(usize, Fate)>,
    calls: usize,
    clock: u64,
    is_dead: bool,
    /// Flushes wait.
    is_held: bool,
}

/// A disk with one folder, `/`.
#[derive(Clone, Debug)]
pub struct Model(Arc<Mutex<State>>);

/// Holds the flushes of a disk up.
pub struct Hold(Model);

impl Drop for Hold {
    fn drop(&mut self) {
        self.0.with(|state| state.is_held = false);
    }
}

#[derive(Clone, Debug)]
struct Open {
    model: Model,
    inode: usize,
}

impl Model {
    pub fn new(seed: u64, ignored: Ignored) -> Self {
        let names = BTreeMap::from([(PathBuf::from("/"), Entry::Folder)]);
        Self(Arc::new(Mutex::new(State {
            inodes: Vec::new(),
            durable: names.clone(),
            seen: names,
            pending: Vec::new(),
            random: Random::new(seed),
            ignored,
            fate: None,
            calls: 0,
            clock: 0,
            is_dead: false,
            is_held: false,
        })))
    }

    /// In so many calls from now on, this.
    pub fn doom(&self, calls: usize, fate: Fate) {
        self.with(|state| state.fate = Some((state.calls + calls, fate)));
    }

    pub fn spare(&self) {
        self.with(|state| state.fate = None);
    }

    /// The disk is slow: no flush is done before this is dropped.
    pub fn hold(&self) -> Hold {
        self.with(|state| state.is_held = true);
        Hold(self.clone())
    }

    pub fn calls(&self) -> usize {
        self.with(|state| state.calls)
    }

    pub fn is_dead(&self) -> bool {
        self.with(|state| state.is_dead)
    }

    /// The machine starts again after a power cut.
    pub fn crash(&self) {
        self.with(State::crash);
    }

    /// The process was killed and another one starts: what was done is seen.
    pub fn restart(&self) {
        self.with(|state| (state.is_dead, state.fate) = (false, None));
    }

    /// All files.
    pub fn files(&self) -> Vec<PathBuf> {
        let is_file = |(_, entry): &(&PathBuf, &Entry)| matches!(entry, Entry::File(_));
        self.with(|state| {
            state
                .seen
                .iter()
                .filter(is_file)
                .map(|(path, _)| path.clone())
                .collect()
        })
    }

    fn with<T>(&self, what: impl FnOnce(&mut State) -> T) -> T {
        what(&mut self.0.lock().unwrap())
    }

    /// One call: counted, and what befalls it.
    fn call<T>(&self, what: impl FnOnce(&mut State, bool) -> io::Result<T>) -> io::Result<T> {
        self.with(|state| {
            if state.is_dead {
                return Err(io::Error::other("the process is dead"));
            }
            state.calls += 1;
            match state.fate {
                Some((call, fate)) if call == state.calls => {
                    state.is_dead = matches!(fate, Fate::Death);
                    // A process is killed before a call or behind it, and a call that fails has done nothing.
                    if state.is_dead && state.random.one_in(2) {
                        what(state, true).ok();
                    } else if matches!(fate, Fate::Error(_)) {
                        what(state, true).err();
                    }
                    Err(match fate {
                        Fate::Error(kind) => kind.into(),
                        Fate::Death => io::Error::other("killed"),
                    })
                }
                _ => what(state, false),
            }
        })
    }
}

impl State {
    fn file(&self, path: &Path) -> io::Result<usize> {
        match self.seen.get(path) {
            Some(Entry::File(inode)) => Ok(*inode),
            Some(Entry::Folder) => Err(ErrorKind::IsADirectory.into()),
            None => Err(ErrorKind::NotFound.into()),
        }
    }

    fn change(&mut self, inode: usize, change: Change) {
        self.clock += 1;
        let clock = self.clock;
        let inode = &mut self.inodes[inode];
        inode.modified = clock;
        apply(&mut inode.seen, &change);
        inode.pending.push(change);
    }

    fn rename(&mut self, renaming: Renaming) {
        name(&mut self.seen, &renaming);
        self.pending.push(renaming);
    }

    fn crash(&mut self) {
        // At times all or nothing was on its way.
        let odds = [(0, 1), (1, 1), (1, 2), (1, 4), (3, 4)];
        let (kept, of) = odds[self.random.below(odds.len())];
        for inode in &mut self.inodes {
            for change in std::mem::take(&mut inode.pending) {
                if self.random.below(of) >= kept {
                    continue;
                }
                let change = match change {
                    Change::Write(at, bytes) if self.random.one_in(3) => {
                        let end = self.random.below(bytes.len() + 1);
                        Change::Write(at, bytes[..end].to_vec())
                    }
                    change => change,
                };
                apply(&mut inode.durable, &change);
            }
            inode.seen.clone_from(&inode.durable);
        }
        for renaming in std::mem::take(&mut self.pending) {
            if self.random.below(of) < kept {
                name(&mut self.durable, &renaming);
            }
        }
        // What lies in a folder that is not there is not there.
        let folders = self.durable.clone();
        let is_folder = |path: &Path| folders.get(path) == Some(&Entry::Folder);
        self.durable
            .retain(|path, _| path.ancestors().skip(1).all(is_folder));
        self.seen.clone_from(&self.durable);
        (self.is_dead, self.fate) = (false, None);
    }
}

fn apply(bytes: &mut Vec<u8>, change: &Change) {
    match change {
        Change::Write(at, new) => {
            if bytes.len() < at + new.len() {
                bytes.resize(at + new.len(), 0);
            }
            bytes[*at..at + new.len()].copy_from_slice(new);
        }
        Change::Length(length) => bytes.resize(*length, 0),
    }
}

fn name(names: &mut BTreeMap<PathBuf, Entry>, renaming: &Renaming) {
    for (path, entry) in renaming {
        match entry {
            Some(entry) => drop(names.insert(path.clone(), *entry)),
            None => drop(names.remove(path)),
        }
    }
}

impl Storage for Model {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.call(|state, _| Ok(state.inodes[state.file(path)?].seen.clone()))
    }

    fn length(&self, path: &Path) -> io::Result<u64> {
        self.call(|state, _| Ok(state.inodes[state.file(path)?].seen.len() as u64))
    }

    fn modified(&self, path: &Path) -> io::Result<SystemTime> {
        self.call(|state, _| {
            let modified = state.inodes[state.file(path)?].modified;
            Ok(UNIX_EPOCH + Duration::from_secs(modified))
        })
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<Listed>> {
        self.call(|state, _| {
            let listed = |(path, entry): (&PathBuf, &Entry)| match entry {
                Entry::File(inode) if path.parent() == Some(folder) => Some(Listed {
                    path: path.clone(),
                    bytes: state.inodes[*inode].seen.len() as u64,
                }),
                _ => None,
            };
            Ok(state.seen.iter().filter_map(listed).collect())
        })
    }

    fn create_beside(&self, path: &Path) -> io::Result<(PathBuf, Box<dyn Writable>)> {
        self.call(|state, fails| {
            if fails && !state.is_dead {
                return Err(ErrorKind::Other.into());
            }
            let folder = path.parent().unwrap();
            match state.seen.get(folder) {
                Some(Entry::Folder) => {}
                Some(Entry::File(_)) => return Err(ErrorKind::NotADirectory.into()),
                None => return Err(ErrorKind::NotFound.into()),
            }
            let inode = state.inodes.len();
            state.inodes.push(Inode {
                is_temporary: true,
                ..Inode::default()
            });
            let temporary = folder.join(format!("{}{inode}{}", TEMPORARY.0, TEMPORARY.1));
            state.rename(vec![(temporary.clone(), Some(Entry::File(inode)))]);
            let model = self.clone();
            Ok((
                temporary,
                Box::new(Open { model, inode }) as Box<dyn Writable>,
            ))
        })
    }

    fn append(&self, path: &Path) -> io::Result<Box<dyn Writable>> {
        let inode = self.call(|state, _| state.file(path))?;
        let model = self.clone();
        Ok(Box::new(Open { model, inode }))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.call(|state, fails| {
            if fails && !state.is_dead {
                return Err(ErrorKind::Other.into());
            }
            let inode = state.file(from)?;
            state.inodes[inode].is_temporary = false;
            let to = (to.to_owned(), Some(Entry::File(inode)));
            state.rename(vec![(from.to_owned(), None), to]);
            Ok(())
        })
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.call(|state, fails| {
            state.file(path)?;
            if fails && !state.is_dead {
                return Err(ErrorKind::Other.into());
            }
            state.rename(vec![(path.to_owned(), None)]);
            Ok(())
        })
    }

    fn create_folder(&self, folder: &Path) -> io::Result<()> {
        self.call(|state, fails| {
            if state.seen.contains_key(folder) {
                return Err(ErrorKind::AlreadyExists.into());
            }
            if state.seen.get(folder.parent().unwrap()) != Some(&Entry::Folder) {
                return Err(ErrorKind::NotFound.into());
            }
            if fails && !state.is_dead {
                return Err(ErrorKind::Other.into());
            }
            state.rename(vec![(folder.to_owned(), Some(Entry::Folder))]);
            Ok(())
        })
    }

    /// There are no links on this disk.
    fn refuse_links(&self, _: &Path) -> io::Result<()> {
        Ok(())
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        self.call(|state, fails| {
            if fails || state.ignored == Ignored::Folders {
                return Ok(());
            }
            // Names of other folders may come later.
            let is_in = |path: &PathBuf| path.parent() == Some(folder);
            let pending = std::mem::take(&mut state.pending);
            let (flushed, pending): (Vec<_>, Vec<_>) = pending
                .into_iter()
                .partition(|renaming| renaming.iter().any(|(path, _)| is_in(path)));
            for renaming in &flushed {
                name(&mut state.durable, renaming);
            }
            state.pending = pending;
            Ok(())
        })
    }
}

impl Write for Open {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.model.call(|state, fails| {
            let end = if fails {
                state.random.below(bytes.len() + 1)
            } else {
                bytes.len()
            };
            let at = state.inodes[self.inode].seen.len();
            state.change(self.inode, Change::Write(at, bytes[..end].to_vec()));
            Ok(end)
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Writable for Open {
    fn set_len(&self, bytes: u64) -> io::Result<()> {
        self.model.call(|state, fails| {
            if !fails {
                state.change(self.inode, Change::Length(usize::try_from(bytes).unwrap()));
            }
            Ok(())
        })
    }

    fn content(&self) -> io::Result<Vec<u8>> {
        let inode = self.inode;
        self.model
            .call(|state, _| Ok(state.inodes[inode].seen.clone()))
    }

    fn flush_data(&self) -> io::Result<()> {
        while self.model.with(|state| state.is_held) {
            std::thread::sleep(Duration::from_millis(1));
        }
        self.model.call(|state, fails| {
            let (ignored, is_dead) = (state.ignored, state.is_dead);
            let inode = &mut state.inodes[self.inode];
            let is_ignored = match ignored {
                Ignored::Files => true,
                Ignored::Temporary => inode.is_temporary,
                Ignored::Nothing | Ignored::Folders => false,
            };
            if is_ignored || is_dead {
                return Ok(());
            }
            // Where a flush fails, systems forget what was still to be written: the next one finds nothing to do.
            let pending = std::mem::take(&mut inode.pending);
            if !fails {
                for change in &pending {
                    apply(&mut inode.durable, change);
                }
            }
            Ok(())
        })
    }

    fn flusher(&self) -> io::Result<Flusher> {
        let file = self.clone();
        Ok(Box::new(move || file.flush_data()))
    }
}
