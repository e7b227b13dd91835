//! Which lines of a project's requirements somebody said yes to. Kept in the userdata folder and by the project's
//! place: a project that comes from elsewhere cannot have confirmed itself. Asks nobody.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use serde_json::{Map, Value as Json};

use super::{BUILT, Line, is_package, parse};
use crate::document::file::write_atomic;
use crate::paths::full;
use crate::project::index::read_json;

const FILE: &str = "confirmed.json";

/// The lines of one project that were confirmed, by their text: one that was changed is another line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Confirmed(BTreeSet<String>);

impl Confirmed {
    pub fn contains(&self, line: &Line) -> bool {
        self.0.contains(&line.text)
    }

    /// The packages that may be built from their source.
    pub fn built(&self) -> impl Iterator<Item = &str> {
        let names = self.0.iter().filter_map(|text| text.strip_prefix(BUILT));
        names.filter(|name| is_package(name))
    }

    /// Is it a line that waits for somebody's word?
    pub fn lacks(&self, line: &Line) -> bool {
        line.needs_consent() && !self.contains(line)
    }

    /// These lines are confirmed too, as long as this is kept.
    #[must_use]
    pub fn with<'a>(mut self, lines: impl IntoIterator<Item = &'a Line>) -> Self {
        self.0
            .extend(lines.into_iter().map(|line| line.text.clone()));
        self
    }
}

/// The lines of `text` that may be followed only after somebody said so, and nobody did yet.
pub fn unconfirmed(text: &str, confirmed: &Confirmed) -> Vec<Line> {
    let mut lines = parse(text);
    lines.retain(|line| confirmed.lacks(line));
    lines
}

/// What was confirmed of a project. Reads a small file.
pub fn confirmed(userdata: &Path, project: &Path) -> Confirmed {
    let file = read_json(&userdata.join(FILE)).unwrap_or_default();
    let lines = file.get(key(project)).and_then(Json::as_array);
    let texts = lines.into_iter().flatten().filter_map(Json::as_str);
    Confirmed(texts.map(str::to_owned).collect())
}

/// Remember that these lines of a project were confirmed, those that need it.
pub fn confirm(userdata: &Path, project: &Path, lines: &[Line]) -> io::Result<()> {
    let before = confirmed(userdata, project);
    let waits: Vec<&Line> = lines.iter().filter(|line| before.lacks(line)).collect();
    if waits.is_empty() {
        return Ok(());
    }
    let confirmed = before.with(waits);
    let mut file = read(userdata);
    file.insert(key(project), confirmed.0.into_iter().collect());
    write(userdata, file)
}

/// What was confirmed of a project is forgotten: it is gone, or another one lies there.
pub fn forget(userdata: &Path, project: &Path) -> io::Result<()> {
    let mut file = read(userdata);
    match file.shift_remove(&key(project)) {
        Some(_) => write(userdata, file),
        None => Ok(()),
    }
}

/// A project lies elsewhere now: what was confirmed of it still is.
pub fn moved(userdata: &Path, from: &Path, to: &Path) -> io::Result<()> {
    let mut file = read(userdata);
    match file.shift_remove(&key(from)) {
        Some(lines) => {
            file.insert(key(to), lines);
            write(userdata, file)
        }
        None => Ok(()),
    }
}

fn read(userdata: &Path) -> Map<String, Json> {
    match read_json(&userdata.join(FILE)) {
        Some(Json::Object(file)) => file,
        _ => Map::new(),
    }
}

fn write(userdata: &Path, file: Map<String, Json>) -> io::Result<()> {
    std::fs::create_dir_all(userdata)?;
    let text = format!("{:#}\n", Json::Object(file));
    write_atomic(&userdata.join(FILE), text.as_bytes())
}

/// One place has one key, whatever way leads there.
fn key(project: &Path) -> String {
    let place = full(project).unwrap_or_else(|_| project.to_owned());
    place.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "numpy\n--index-url https://example.org/simple # theirs\n./shapes\n";

    fn texts(lines: &[Line]) -> Vec<&str> {
        lines.iter().map(|line| line.text.as_str()).collect()
    }

    #[test]
    fn each_line_is_confirmed_by_itself_and_for_one_project() {
        let folder = tempfile::tempdir().unwrap();
        let userdata = folder.path().join("userdata");
        let [one, other] = ["one", "other"].map(|name| folder.path().join(name));
        for project in [&one, &other] {
            std::fs::create_dir(project).unwrap();
        }
        let open = |project: &Path, text| unconfirmed(text, &confirmed(&userdata, project));
        let asked = open(&one, TEXT);
        let url = "--index-url https://example.org/simple";
        assert_eq!(texts(&asked), [url, "./shapes"]);
        assert_eq!(asked[0].number, 2);

        confirm(&userdata, &one, &asked[..1]).unwrap();
        assert_eq!(texts(&open(&one, TEXT)), ["./shapes"]);
        assert_eq!(texts(&open(&one.join("../one"), TEXT)), ["./shapes"]);
        assert_eq!(open(&other, TEXT), asked);
        // Comments and places in the file are no matter, another address is.
        let moved = format!("a\nb\n  {url}\n");
        assert_eq!(open(&one, &moved), []);
        let changed = TEXT.replace("/simple", "/simple2");
        assert_eq!(open(&one, &changed).len(), 2);

        confirm(&userdata, &other, &asked).unwrap();
        confirm(&userdata, &one, &asked[1..]).unwrap();
        assert_eq!((open(&one, TEXT), open(&other, TEXT)), (vec![], vec![]));
        // A file that was spoilt confirms nothing, and is written anew.
        std::fs::write(userdata.join(FILE), "{").unwrap();
        assert_eq!(open(&one, TEXT), asked);
        confirm(&userdata, &one, &asked).unwrap();
        assert_eq!(open(&one, TEXT), []);
    }
}
