//! Dropping: files that are dropped on the window, or chosen to be loaded: projects and pictures of graphs are opened,
//! all others become nodes that load them, in one step.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use egui::Context;

use super::choosing::{Chosen, Question};
use super::code::read_source;
use super::picture::{graph_of, is_picture};
use super::{App, Event};
use crate::document::file::SAVEFILE;
use crate::document::ops::{self, Loader};
use crate::project::archive::ENDING;
use crate::ui::Level;
use crate::ui::choosing::Kind;
use crate::ui::overlay::hint_ui;

/// Whether a file that was dropped is opened or loaded.
#[derive(Debug)]
pub enum Dropped {
    /// The text of a picture's graph.
    Graph(PathBuf, String),
    /// Python, which may become nodes.
    Python(PathBuf, String),
    /// Another file or folder, and whether it begins like a text.
    File(PathBuf, bool),
}

impl App {
    /// Take what was dropped on the window in this frame.
    pub(super) fn take_dropped(&mut self, context: &Context) {
        let dropped: Vec<PathBuf> = context.input(|input| {
            let files = input.raw.dropped_files.iter();
            files.map(|file| file.path().to_owned()).collect()
        });
        if self.project.is_welcome() {
            for path in dropped {
                self.open_named(&path);
            }
        } else if !dropped.is_empty() {
            self.take_files(self.project.serial, dropped);
        }
    }

    /// Projects are opened; of the others it is found out in the background what they are. Then they are loaded into
    /// the project of this number, which need not be the one that is shown by then.
    pub(super) fn take_files(&mut self, project: u64, paths: Vec<PathBuf>) {
        let (projects, files): (Vec<_>, Vec<_>) =
            paths.into_iter().partition(|path| is_project(path));
        for path in projects {
            self.open_named(&path);
        }
        if files.is_empty() {
            return;
        }
        self.services.spawn(move || {
            let look = |path: PathBuf| {
                if is_picture(&path)
                    && let Some(text) = graph_of(&path)
                {
                    return Dropped::Graph(path, text);
                }
                if path.extension().is_some_and(|ending| ending == "py")
                    && let Ok(text) = read_source(&path)
                {
                    return Dropped::Python(path, text);
                }
                let is_text = begins_like_text(&path);
                Dropped::File(path, is_text)
            };
            let files = files.into_iter().map(look).collect();
            Event::Dropped { project, files }
        });
    }

    /// What the files are is known: open the graphs, load the rest.
    pub(super) fn files_dropped(&mut self, project: u64, files: Vec<Dropped>) {
        let (mut graphs, mut others) = (Vec::new(), Vec::new());
        let mut sources = Vec::new();
        for file in files {
            match file {
                Dropped::Graph(path, text) => graphs.push((path, text)),
                Dropped::Python(path, text) => sources.push((path, text)),
                Dropped::File(path, is_text) => others.push((path, is_text)),
            }
        }
        self.with_project(project, |app| {
            let no_nodes = app.offer_dropped(sources);
            others.extend(no_nodes.into_iter().map(|path| (path, true)));
            app.load_files(others);
        });
        // A graph opens in a tab of its own: not while another project stands in for the one that is shown.
        for (path, text) in graphs {
            self.picture_opened(&path, Ok(Some(text)));
        }
    }

    pub(super) fn load_files(&mut self, files: Vec<(PathBuf, bool)>) {
        let (mut loaded, mut unknown) = (Vec::new(), Vec::new());
        for (path, is_text) in files {
            match self.loader(&path, is_text) {
                Some(loader) => loaded.push((loader, self.kept_path(&path))),
                None => unknown.push(path),
            }
        }
        if !loaded.is_empty() {
            let place = self.place_by_key();
            let document = &self.project.document;
            let place = (place, document.open_subgraph());
            let (nodes, transaction) = ops::add_loaders(document.graph(), loaded, place);
            if self.commit(transaction) {
                self.project.document.select(nodes);
            }
        }
        for path in unknown {
            self.notify(
                Level::Warning,
                format!("No node loads such files: {}", path.display()),
            );
        }
    }

    /// What loads a file: what its ending says, else what reads texts where it is one.
    fn loader(&self, path: &Path, is_text: bool) -> Option<Loader> {
        let kinds = self.project.catalog.kinds();
        let found = ops::loader_for(kinds, path, path.is_dir());
        if is_text && found.as_ref().is_none_or(|found| !found.is_special) {
            return ops::loader_for(kinds, Path::new("any.txt"), false).or(found);
        }
        found
    }

    /// A path as an input holds it: relative where it lies inside the project, so that the project can be moved.
    pub(super) fn kept_path(&self, path: &Path) -> String {
        let folder = self.project.folder.as_ref();
        let inside = folder.and_then(|folder| path.strip_prefix(folder).ok());
        inside.unwrap_or(path).to_string_lossy().replace('\\', "/")
    }

    /// Let the user choose files to be loaded: what a drop does, without a mouse.
    pub(super) fn ask_for_files(&mut self) {
        let Some(folder) = self.project.folder.clone() else {
            return;
        };
        let question = Question {
            folder: Some(folder),
            ..Question::new(Kind::Files, "Load files")
        };
        let project = self.project.serial;
        self.choose_several(question, move |paths| Chosen::Files { project, paths });
    }

    /// While files hang over the window: what letting go would do.
    pub(super) fn drop_hint_ui(&self, context: &Context) {
        let hovered = context.input(|input| {
            let files = input.raw.hovered_files.iter();
            files
                .filter_map(|file| file.path.clone())
                .collect::<Vec<_>>()
        });
        if hovered.is_empty() || self.dialog.is_some() {
            return;
        }
        let middle = if self.project.is_welcome() {
            context.content_rect().center()
        } else {
            self.project.panels.canvas.camera.screen.center()
        };
        hint_ui(context, middle, self.drop_in_words(&hovered));
    }

    /// What letting go would do, and for several files what becomes of each.
    fn drop_in_words(&self, hovered: &[PathBuf]) -> Vec<String> {
        let is_welcome = self.project.is_welcome();
        let name = |path: &PathBuf| {
            let name = path.file_name().unwrap_or_default();
            name.to_string_lossy().into_owned()
        };
        let opens = |path: &PathBuf| is_welcome || is_project(path);
        if let [path] = hovered {
            let name = name(path);
            if opens(path) {
                return vec![format!("Drop to open {name}")];
            }
            let Some(loader) = self.loader(path, false) else {
                return vec![format!("No node loads {name}")];
            };
            let mut lines = vec![format!(
                "Drop to load {name} with \"{}\"",
                loader.kind.title
            )];
            if path.extension().is_some_and(|ending| ending == "py") {
                lines.push("Its functions can become nodes instead".to_owned());
            }
            if is_picture(path) {
                lines.push("If it carries a graph, that opens instead".to_owned());
            }
            return lines;
        }
        let mut lines = vec![format!("Drop to load {} files", hovered.len())];
        for path in hovered.iter().take(NAMED) {
            let becomes = if opens(path) {
                "opens".to_owned()
            } else {
                let loader = self.loader(path, false);
                loader.map_or_else(
                    || "no node loads it".to_owned(),
                    |loader| loader.kind.title.to_string(),
                )
            };
            lines.push(format!("{}: {becomes}", name(path)));
        }
        if hovered.len() > NAMED {
            lines.push(format!("and {} more", hovered.len() - NAMED));
        }
        lines
    }
}

/// Files that are named while they hang over the window; of more only their number is said.
const NAMED: usize = 4;
/// So much of a file is looked at.
const BEGINNING: u64 = 4096;

/// Are the first bytes of a file letters? A letter that is cut at the end is one.
fn begins_like_text(path: &Path) -> bool {
    let mut start = Vec::new();
    let read =
        std::fs::File::open(path).and_then(|file| file.take(BEGINNING).read_to_end(&mut start));
    let is_whole = |error: std::str::Utf8Error| error.error_len().is_none();
    read.is_ok()
        && !start.is_empty()
        && !start.contains(&0)
        && std::str::from_utf8(&start).map_or_else(is_whole, |_| true)
}

/// A project's folder, its savefile, or a project as one file; any other zip may be data.
fn is_project(path: &Path) -> bool {
    let is_archive = path
        .extension()
        .is_some_and(|end| end.eq_ignore_ascii_case(ENDING));
    is_archive && path.is_file() || path.ends_with(SAVEFILE) || path.join(SAVEFILE).is_file()
}
