//! What a typed path leads to: the file or folder that it names, why that cannot be chosen, and the names that complete
//! it. Reads folders, never files, and not on the window's thread.

use std::io::ErrorKind;
use std::path::{MAIN_SEPARATOR, Path, PathBuf, is_separator};

use super::Question;
use crate::ui::choosing::{Kind, Sight, split};

/// What is looked at in a folder, and what is shown of it, at most.
const LOOKED_AT: usize = 20_000;
const SHOWN: usize = 200;

/// What a text leads to.
#[derive(Debug)]
pub struct Seen {
    pub text: String,
    /// The user wants it, and did not only type it.
    pub is_meant: bool,
    /// What it names, or why that cannot be chosen.
    pub path: Result<PathBuf, String>,
    pub sight: Sight,
}

enum There {
    Nothing,
    File,
    Folder,
}

impl Seen {
    pub(super) fn look(question: &Question, text: String, is_meant: bool) -> Self {
        let (folder, part) = split(&text);
        let (names, is_cut) = names(question, &path_of(folder, question), part);
        let mut sight = Sight {
            names,
            is_cut,
            warning: String::new(),
        };
        let path = chosen(question, &text);
        if question.kind == Kind::Save
            && let Ok(path) = &path
            && path.exists()
        {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            sight.warning = format!("{name} is there already and will be replaced");
        }
        Self {
            text,
            is_meant,
            path,
            sight,
        }
    }
}

/// Where the question begins.
pub(super) fn folder_of(question: &Question) -> PathBuf {
    question.folder.clone().or_else(home).unwrap_or_default()
}

/// A folder, as what is in it is named.
pub(super) fn within(folder: &Path) -> String {
    let mut text = folder.display().to_string();
    if !text.is_empty() && !text.ends_with(is_separator) {
        text.push(MAIN_SEPARATOR);
    }
    text
}

fn home() -> Option<PathBuf> {
    directories::UserDirs::new().map(|user| user.home_dir().to_owned())
}

/// A path as it is typed: from home with a `~`, else from the folder of the question where it names no other.
fn path_of(text: &str, question: &Question) -> PathBuf {
    let text = text.trim();
    if let Some(rest) = text.strip_prefix('~')
        && (rest.is_empty() || rest.starts_with(is_separator))
        && let Some(home) = home()
    {
        return home.join(rest.trim_start_matches(is_separator));
    }
    folder_of(question).join(text)
}

fn there(path: &Path) -> Result<There, String> {
    match path.metadata() {
        Ok(meta) if meta.is_dir() => Ok(There::Folder),
        Ok(_) => Ok(There::File),
        Err(error) => match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => Ok(There::Nothing),
            _ => Err(format!("This cannot be looked at: {error}")),
        },
    }
}

/// What the text names, if it can be chosen.
fn chosen(question: &Question, text: &str) -> Result<PathBuf, String> {
    let path = path_of(text, question);
    match (question.kind, there(&path)?) {
        (Kind::File | Kind::Files, There::File) | (Kind::Folder, There::Folder) => Ok(path),
        (Kind::File | Kind::Files, There::Folder) => {
            Err("This is a folder: choose a file in it".to_owned())
        }
        (Kind::File | Kind::Files, There::Nothing) => Err("There is no such file".to_owned()),
        (Kind::Folder, There::File) => Err("This is a file, and no folder".to_owned()),
        (Kind::Folder, There::Nothing) => Err("There is no such folder".to_owned()),
        (Kind::Save, There::Folder) => Err("This is a folder: add a name for the file".to_owned()),
        (Kind::Save, There::File | There::Nothing) => {
            let around = path.parent().unwrap_or(&path);
            if text.trim_end().ends_with(is_separator) || !matches!(there(around)?, There::Folder) {
                return Err("There is no such folder".to_owned());
            }
            let path = with_ending(path, question);
            match there(&path)? {
                There::Folder => Err("There is a folder of that name".to_owned()),
                There::File | There::Nothing => Ok(path),
            }
        }
    }
}

/// With the first ending that is meant, where it has none of them.
fn with_ending(mut path: PathBuf, question: &Question) -> PathBuf {
    let mut endings = question.filters.iter().flat_map(|filter| &filter.endings);
    if let Some(first) = endings.next()
        && !is_meant(&path, question)
    {
        path.as_mut_os_string().push(format!(".{first}"));
    }
    path
}

/// Is it one of the files that the question is about?
fn is_meant(path: &Path, question: &Question) -> bool {
    let own = path.extension().unwrap_or_default();
    let mut endings = question.filters.iter().flat_map(|filter| &filter.endings);
    question.filters.is_empty()
        || endings.any(|ending| ending == "*" || own.eq_ignore_ascii_case(ending))
}

/// What a name in this folder can be that begins with `part`, folders first; true: there is more than that.
fn names(question: &Question, folder: &Path, part: &str) -> (Vec<String>, bool) {
    let lower = part.to_lowercase();
    let (mut folders, mut files) = (Vec::new(), Vec::new());
    let mut is_cut = false;
    for (at, entry) in folder
        .read_dir()
        .into_iter()
        .flatten()
        .flatten()
        .enumerate()
    {
        if at == LOOKED_AT {
            is_cut = true;
            break;
        }
        // A name that is no text cannot be typed.
        let Ok(mut name) = entry.file_name().into_string() else {
            continue;
        };
        // Hidden ones are for those who ask for them.
        let is_hidden = name.starts_with('.') && !part.starts_with('.');
        if is_hidden || !name.to_lowercase().starts_with(&lower) {
            continue;
        }
        let path = entry.path();
        if path.is_dir() {
            name.push(MAIN_SEPARATOR);
            folders.push(name);
        } else if question.kind != Kind::Folder && name != part && is_meant(&path, question) {
            files.push(name);
        }
    }
    for names in [&mut folders, &mut files] {
        names.sort_by_cached_key(|name| name.to_lowercase());
    }
    folders.append(&mut files);
    is_cut |= folders.len() > SHOWN;
    folders.truncate(SHOWN);
    (folders, is_cut)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::choosing::Filter;

    fn question(kind: Kind, folder: &Path) -> Question {
        Question {
            folder: Some(folder.to_owned()),
            filters: vec![Filter::new("Projects", &["loom", "zip"])],
            ..Question::new(kind, "A question")
        }
    }

    #[test]
    fn what_is_typed_is_chosen_or_refused() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir(at("inner")).unwrap();
        std::fs::create_dir(at("taken.loom")).unwrap();
        std::fs::write(at("old.loom"), "").unwrap();
        let whole = at("old.loom").display().to_string();
        let cases: &[(Kind, &str, Result<&str, &str>)] = &[
            (Kind::File, "old.loom", Ok("old.loom")),
            (Kind::File, " old.loom ", Ok("old.loom")),
            (Kind::File, &whole, Ok("old.loom")),
            (Kind::Files, "inner/../old.loom", Ok("inner/../old.loom")),
            (Kind::File, "new.loom", Err("no such file")),
            (Kind::File, "inner", Err("is a folder")),
            (Kind::Folder, "inner", Ok("inner")),
            (Kind::Folder, "old.loom", Err("is a file")),
            (Kind::Folder, "nowhere", Err("no such folder")),
            (Kind::Save, "new.loom", Ok("new.loom")),
            (Kind::Save, "old.loom", Ok("old.loom")),
            (Kind::Save, "old.ZIP", Ok("old.ZIP")),
            (Kind::Save, "new", Ok("new.loom")),
            (Kind::Save, "v1.2", Ok("v1.2.loom")),
            (Kind::Save, "inner", Err("is a folder")),
            (Kind::Save, "taken", Err("a folder of that name")),
            (Kind::Save, "nowhere/new.loom", Err("no such folder")),
            (Kind::Save, "nowhere/", Err("no such folder")),
            (Kind::Save, "old.loom/new.loom", Err("no such folder")),
        ];
        for (kind, text, expected) in cases {
            let seen = Seen::look(&question(*kind, folder.path()), (*text).to_owned(), true);
            match (seen.path, expected) {
                (Ok(path), Ok(name)) => assert_eq!(path, at(name), "{text}"),
                (Err(problem), Err(part)) => assert!(problem.contains(part), "{text}: {problem}"),
                (path, _) => panic!("{kind:?} {text}: {path:?}"),
            }
            let replaces = *kind == Kind::Save && *text == "old.loom";
            assert_eq!(!seen.sight.warning.is_empty(), replaces, "{text}");
        }
        // Also where the ending is not typed.
        let seen = Seen::look(
            &question(Kind::Save, folder.path()),
            "old".to_owned(),
            false,
        );
        assert!(seen.sight.warning.starts_with("old.loom is there"));
    }

    #[test]
    fn a_tilde_is_home_and_part_of_a_name() {
        let (folder, home) = (Path::new("somewhere"), home().unwrap());
        let question = question(Kind::Folder, folder);
        let cases = [
            ("~", home.clone()),
            ("~/a", home.join("a")),
            ("~a", folder.join("~a")),
            ("a~", folder.join("a~")),
        ];
        for (text, path) in cases {
            assert_eq!(path_of(text, &question), path, "{text}");
        }
    }

    #[test]
    fn names_that_complete_what_is_typed() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.loom", "Bee.zip", "a.txt", ".hidden.loom"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        for name in ["bin", "zoo", ".git"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        let cases: &[(Kind, &str, &[&str])] = &[
            (Kind::File, "", &["bin/", "zoo/", "b.loom", "Bee.zip"]),
            (Kind::File, "B", &["bin/", "b.loom", "Bee.zip"]),
            (Kind::File, "b.loom", &[]),
            (Kind::File, ".", &[".git/", ".hidden.loom"]),
            (Kind::Folder, "", &["bin/", "zoo/"]),
            (Kind::Folder, "zoo", &["zoo/"]),
            (Kind::Save, "zoo/", &[]),
            (Kind::Save, "nowhere/", &[]),
        ];
        for (kind, text, expected) in cases {
            let seen = Seen::look(&question(*kind, folder.path()), (*text).to_owned(), false);
            let plain = |name: &String| name.replace(MAIN_SEPARATOR, "/");
            let names: Vec<_> = seen.sight.names.iter().map(plain).collect();
            assert_eq!(names, *expected, "{kind:?} {text}");
            assert!(!seen.sight.is_cut);
        }
        for i in 0..=SHOWN {
            std::fs::write(folder.path().join(format!("many{i}.loom")), "").unwrap();
        }
        let seen = Seen::look(&question(Kind::File, folder.path()), "m".to_owned(), false);
        assert!(seen.sight.is_cut && seen.sight.names.len() == SHOWN);
    }
}
