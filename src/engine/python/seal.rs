//! Seals: which environments Loom built on this computer. One that came along with a project has none and is never
//! started, whatever it says of itself; nor is one that was given something since that runs when Python starts.
//! Reads and writes small files; starts nothing.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::{FOLDER, Wanted, interpreter};
use crate::paths::full;

/// In an environment: a number that nobody else knows. What belongs to it lies in the folder of seals.
const FILE: &str = "loom-seal.txt";
/// The present one and the one before it, and some that were stopped.
const MOST: usize = 8;
/// Nothing that runs when Python starts is larger.
const MOST_BYTES: u64 = 16 << 20;

/// Seal an environment that was just built for the project and is still at `environment`.
pub fn seal(wanted: &Wanted, environment: &Path) -> io::Result<()> {
    seal_for(&wanted.seals, &wanted.project, environment)
}

/// Seal one of a project, for a caller that knows that it was sealed until now. `seals` is the folder of seals.
pub fn seal_for(seals: &Path, project: &Path, environment: &Path) -> io::Result<()> {
    use std::hash::{BuildHasher as _, Hasher as _};
    // Each state is seeded by the system's random numbers.
    let random = || {
        let random = std::collections::hash_map::RandomState::new();
        format!("{:016x}", random.build_hasher().finish())
    };
    let number = format!("{}{}", random(), random());
    fs::write(environment.join(FILE), &number)?;
    let path = place(seals, project);
    let known = fs::read_to_string(&path).unwrap_or_default();
    let lines: Vec<&str> = known.lines().collect();
    let kept = &lines[lines.len().saturating_sub(MOST - 1)..];
    let mut text = kept.join("\n");
    if !text.is_empty() {
        text.push('\n');
    }
    writeln!(text, "{number} {}", starts(environment)).expect("a text takes all");
    fs::create_dir_all(seals)?;
    // Whole or not at all: a spoilt one only means that the environment is built anew.
    let mut file = tempfile::NamedTempFile::new_in(seals)?;
    io::Write::write_all(&mut file, text.as_bytes())?;
    file.persist(path)?;
    Ok(())
}

/// Did Loom build this environment of the project here, and does it start as it did then?
pub fn is_sealed(wanted: &Wanted, environment: &Path) -> bool {
    is_sealed_for(&wanted.seals, &wanted.project, environment)
}

/// The same, where nothing more is known of the project than where it lies, or lay when it was built.
pub fn is_sealed_for(seals: &Path, project: &Path, environment: &Path) -> bool {
    let Ok(number) = fs::read_to_string(environment.join(FILE)) else {
        return false;
    };
    let known = fs::read_to_string(place(seals, project)).unwrap_or_default();
    let mut digests = known.lines().filter_map(|line| {
        let (sealed, digest) = line.split_once(' ')?;
        (sealed == number).then_some(digest)
    });
    digests.next_back() == Some(&*starts(environment))
}

/// The interpreter of the project's environment, if it is one that may be started.
pub fn own_interpreter(wanted: &Wanted) -> Option<PathBuf> {
    let environment = wanted.project.join(FOLDER);
    let python = interpreter(&environment);
    (python.exists() && is_sealed(wanted, &environment)).then_some(python)
}

/// No environment of a project is sealed any more: it lies elsewhere now.
pub fn forget(seals: &Path, project: &Path) -> io::Result<()> {
    match fs::remove_file(place(seals, project)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// By the project's place: an environment does not survive being moved but by `moved`. Of a folder that is gone what lies
/// around it is looked through for links.
fn place(seals: &Path, project: &Path) -> PathBuf {
    let around = || Some(full(project.parent()?).ok()?.join(project.file_name()?));
    let resolved = full(project).ok().or_else(around);
    let project = resolved.as_deref().unwrap_or(project);
    let digest = Sha256::digest(project.as_os_str().as_encoded_bytes());
    seals.join(hex(&digest[..16]))
}

/// A digest of all that an environment runs before any code of ours: the interpreter, its configuration, `.pth` files
/// and the two modules that Python imports by itself.
fn starts(environment: &Path) -> String {
    let mut hasher = Sha256::new();
    let mut add = |name: &str, path: &Path| {
        hasher.update(name.as_bytes());
        if let Ok(target) = fs::read_link(path) {
            hasher.update(target.as_os_str().as_encoded_bytes());
        } else {
            let mut bytes = Vec::new();
            let read =
                fs::File::open(path).and_then(|file| file.take(MOST_BYTES).read_to_end(&mut bytes));
            hasher.update([u8::from(read.is_ok())]);
            hasher.update(Sha256::digest(&bytes));
        }
        hasher.update([0]);
    };
    add("pyvenv.cfg", &environment.join("pyvenv.cfg"));
    let python = interpreter(environment);
    // On Unix the names of an interpreter are links to each other, and only the last to what runs.
    let beside = python.parent().map(fs::read_dir);
    let beside = beside.into_iter().flatten().flatten().flatten();
    let mut names: Vec<_> = beside.map(|entry| entry.file_name()).collect();
    names.retain(|name| name.to_string_lossy().to_lowercase().starts_with("python"));
    names.sort();
    for name in names {
        add(&name.to_string_lossy(), &python.with_file_name(&name));
    }
    add("interpreter", &python);
    for site in sites(environment) {
        let entries = fs::read_dir(&site).into_iter().flatten().flatten();
        let mut names: Vec<_> = entries.map(|entry| entry.file_name()).collect();
        names.retain(|name| {
            let name = name.to_string_lossy().to_lowercase();
            Path::new(&name).extension().is_some_and(|end| end == "pth")
                || name.starts_with("sitecustomize")
                || name.starts_with("usercustomize")
        });
        names.sort();
        for name in names {
            let path = site.join(&name);
            add(&name.to_string_lossy(), &path);
            add("__init__", &path.join("__init__.py"));
        }
    }
    hex(&hasher.finalize())
}

/// All folders of packages, of whatever version of Python.
fn sites(environment: &Path) -> Vec<PathBuf> {
    let mut sites = vec![environment.join("Lib").join("site-packages")];
    for lib in ["lib", "lib64"] {
        let versions = fs::read_dir(environment.join(lib)).into_iter().flatten();
        let versions = versions.flatten().map(|version| version.path());
        sites.extend(versions.map(|version| version.join("site-packages")));
    }
    sites.retain(|site| site.is_dir());
    sites.sort();
    sites
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        write!(text, "{byte:02x}").expect("a text takes all");
    }
    text
}
