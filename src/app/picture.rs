//! Pictures of the canvas: saved, copied, and opened again as the graph that they carry. Drawing, reading and writing
//! are off the window's thread.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::choosing::{Filter, Question};
use super::{App, Event, looking};
use crate::document::file::{self, SAVEFILE, write_atomic};
use crate::document::{Document, Meta, clipboard};
use crate::engine::protocol::Thumb;
use crate::graph::{Catalog, Graph, KindState};
use crate::picture::{Format, MOST_BYTES, Subject, graph_in};
use crate::project;
use crate::ui::Level;
use crate::ui::choosing::Kind;
use crate::ui::dialogs::Dialog;

/// May the file be a picture that carries a graph? By its name; what it holds is found out by reading it.
pub fn is_picture(path: &Path) -> bool {
    Format::of(path).is_some() && path.is_file()
}

/// A subject, and the pictures of values that are to be read for it.
struct Sitting {
    subject: Subject,
    thumbs: Vec<Arc<Thumb>>,
}

impl Sitting {
    /// Ones that cannot be read are left out: the engine sweeps its folder when it ends.
    fn ready(self) -> Subject {
        let Self {
            mut subject,
            thumbs,
        } = self;
        for thumb in thumbs {
            let (width, height) = (thumb.width as usize, thumb.height as usize);
            match looking::picture(&thumb.file, width, height) {
                Ok(image) => {
                    subject.thumbs.insert(thumb.file.clone(), image);
                }
                Err(reason) => {
                    tracing::warn!(
                        "left out of the picture: {reason}: {}",
                        thumb.file.display()
                    );
                }
            }
        }
        subject
    }

    fn write(self, path: &Path) -> Result<(), String> {
        let format = Format::of(path).unwrap_or(Format::Png);
        let bytes = self
            .ready()
            .file(format)
            .map_err(|error| error.to_string())?;
        write_atomic(path, &bytes).map_err(|error| error.to_string())
    }
}

impl App {
    /// The whole graph, or the selection when it is of several nodes: one is selected most of the time.
    fn sitting(&self) -> Sitting {
        let document = &self.project.document;
        let selection = document.selection();
        let only = match selection.len() {
            0 | 1 => BTreeSet::new(),
            _ => selection.clone(),
        };
        let shown = document.graph().nodes().map(|node| node.id);
        let thumbs = shown
            .filter(|id| only.is_empty() || only.contains(id))
            .flat_map(|id| self.project.run.node(id).outputs.iter().flatten())
            .filter_map(|value| value.thumb.clone())
            .collect();
        let subject = Subject {
            document: document.clone(),
            only,
            run: self.project.run.clone(),
            is_dark: self.services.context.theme() == egui::Theme::Dark,
            ..Subject::default()
        };
        Sitting { subject, thumbs }
    }

    /// Ask where, then draw and write.
    pub(super) fn ask_for_picture(&mut self) {
        let sitting = self.sitting();
        let question = Question {
            folder: self.project.folder.clone(),
            name: format!("{}.png", self.project.name()),
            filters: vec![
                Filter::new("PNG picture", &["png"]),
                Filter::new("SVG drawing", &["svg"]),
            ],
            ..Question::new(Kind::Save, "Save as picture")
        };
        self.choose(question, |path| saved(sitting, path));
    }

    /// Draw the graph to this file, which ends in `.png` or `.svg`.
    pub fn save_picture(&mut self, path: PathBuf) {
        let sitting = self.sitting();
        self.services.spawn(move || saved(sitting, path));
    }

    pub(super) fn picture_saved(&mut self, path: &Path, result: Result<(), String>) {
        let path = path.display();
        match result {
            Ok(()) => self.notify(
                Level::Success,
                format!("The picture opens as the graph again when it is dropped on a window of Loom: {path}"),
            ),
            Err(reason) => self.notify(
                Level::Error,
                format!("The picture was not saved: {reason}: {path}"),
            ),
        }
    }

    pub(super) fn copy_picture(&mut self) {
        let sitting = self.sitting();
        self.services.spawn(move || {
            let pixels = sitting.ready().pixels();
            Event::PictureDrawn(pixels.map_err(|error| error.to_string()))
        });
    }

    pub(super) fn picture_drawn(&mut self, result: Result<egui::ColorImage, String>) {
        match result {
            Ok(image) => {
                let [width, height] = image.size;
                self.services.context.copy_image(image);
                let text = format!("Copied a picture of {width} × {height} pixels");
                self.notify(Level::Success, text);
            }
            Err(reason) => self.notify(
                Level::Error,
                format!("The picture was not copied: {reason}"),
            ),
        }
    }

    /// Open the graph that a picture carries, as a new project.
    pub fn open_picture(&mut self, path: &Path) {
        let path = path.to_owned();
        self.services.spawn(move || {
            let result = read(&path);
            Event::PictureRead { path, result }
        });
    }

    pub(super) fn picture_opened(&mut self, path: &Path, result: Result<Option<String>, String>) {
        let (level, why) = match result {
            Ok(Some(text)) => {
                let stem = path.file_stem().unwrap_or_default();
                let name = project::name_like(&stem.to_string_lossy());
                self.unpack(&name, &text);
                return;
            }
            Ok(None) => (Level::Info, "This picture carries no graph".to_owned()),
            Err(reason) => (
                Level::Error,
                format!("The picture cannot be opened: {reason}"),
            ),
        };
        self.notify(level, format!("{why}: {}", path.display()));
    }

    /// Make a project of a graph's text. It is not saved yet: what is in the file is an empty graph.
    fn unpack(&mut self, name: &str, text: &str) {
        let before = self.project.serial;
        match project::create_like(name, &self.paths.userdata) {
            Ok(folder) => self.open_project(&folder),
            Err(error) => {
                self.dialog = Some(Dialog::Failure {
                    title: "The graph cannot be opened".to_owned(),
                    text: error.to_string(),
                });
            }
        }
        if self.project.serial == before {
            return;
        }
        match document_of(text, &self.project.catalog) {
            Ok((mut document, notes)) => {
                let own = &self.project.document.meta;
                document.meta.project_id.clone_from(&own.project_id);
                document.meta.project_name.clone_from(&own.project_name);
                self.show_unsaved(&document);
                self.tell_of_missing(notes);
            }
            Err(reason) => self.notify(Level::Error, reason),
        }
    }
}

impl App {
    /// A picture carries the graph and not the files of its project, so nodes of the project's own have no source.
    fn tell_of_missing(&mut self, notes: Vec<String>) {
        let nodes = self.project.document.graph().nodes();
        let count = nodes
            .filter(|node| node.kind.state == KindState::Missing)
            .count();
        let missing = match count {
            0 => None,
            1 => Some("1 node has no source here".to_owned()),
            count => Some(format!("{count} nodes have no source here")),
        };
        if let Some(missing) = missing {
            let text = format!(
                "{missing}: a picture carries the graph alone; copy the file of those nodes to the project's folder nodes/"
            );
            self.notify(Level::Warning, text);
        } else if let Some(note) = notes.into_iter().next() {
            self.notify(Level::Warning, note);
        }
    }
}

fn saved(sitting: Sitting, mut path: PathBuf) -> Event {
    if Format::of(&path).is_none() {
        path.as_mut_os_string().push(".png");
    }
    let result = sitting.write(&path);
    Event::PictureSaved { path, result }
}

/// The text of the graph that a file carries, if it does.
pub fn graph_of(path: &Path) -> Option<String> {
    read(path).ok().flatten()
}

/// The text of the graph in a file, once it is known that a graph can be made of it.
fn read(path: &Path) -> Result<Option<String>, String> {
    let text = |error: std::io::Error| error.to_string();
    if std::fs::metadata(path).map_err(text)?.len() > MOST_BYTES as u64 {
        return Ok(None);
    }
    let text = graph_in(&std::fs::read(path).map_err(text)?);
    if let Some(text) = &text {
        document_of(text, &Catalog::default())?;
    }
    Ok(text)
}

/// A document from the text of a savefile or of the clipboard, and what was not sound.
fn document_of(text: &str, catalog: &Catalog) -> Result<(Document, Vec<String>), String> {
    if let Some(copied) = clipboard::parse(text, catalog) {
        let (graph, ..) = Graph::from_all_parts(copied.subgraphs, copied.nodes, copied.links);
        return Ok((Document::new(graph, Meta::default()), Vec::new()));
    }
    let loaded = file::parse(text.as_bytes(), Path::new(SAVEFILE), catalog);
    let loaded = loaded.map_err(|error| error.to_string())?;
    match loaded.read_only() {
        Some(reason) => Err(reason),
        None => Ok((loaded.document, loaded.notes)),
    }
}
