//! Dropping: files become nodes that read them, whether they are dropped on the window or chosen in a dialog. Projects,
//! and pictures that carry a graph, open. What a file holds is looked at off the window's thread.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::picture::{graph_of, is_picture};
use super::{App, Event};
use crate::document::ops::{self, FileNode, Loader};
use crate::graph::{Node, NodeId, Pos2, Value, ValueType};
use crate::project;
use crate::ui::Level;
use crate::ui::canvas::{dropping, layout::node_size};
use crate::ui::theme::GRID_STEP;

/// How much of a file is looked at to find out whether it is a text.
const HEAD: u64 = 8192;
/// Files that the hint names, and that are complained of one by one.
const NAMED: usize = 4;

/// A file that was looked at.
#[derive(Debug)]
pub struct Looked {
    path: PathBuf,
    holds: Holds,
}

/// What is in a file, as far as it matters here.
#[derive(Debug)]
enum Holds {
    /// A picture carries this graph.
    Graph(String),
    Text,
    Data,
    Unreadable(String),
}

/// What was being dragged over the window, and what was said of it.
#[derive(Debug, Default)]
pub(super) struct Hovering {
    paths: Vec<PathBuf>,
    lines: Vec<String>,
}

impl App {
    /// Take in what was dropped on the window in this frame.
    pub(super) fn open_dropped(&mut self, context: &egui::Context) {
        let dropped: Vec<PathBuf> = context.input(|input| {
            let files = input.raw.dropped_files.iter();
            files.map(|file| file.path().to_owned()).collect()
        });
        if dropped.is_empty() {
            return;
        }
        let place = self.place_of_drop(context);
        let (serial, is_welcome) = (self.project.serial, self.project.is_welcome());
        let mut files = Vec::new();
        for path in dropped {
            if is_welcome || project::find(&path, &self.paths.userdata).is_ok() {
                self.open_named(&path.to_string_lossy());
            } else if path.is_dir() {
                let name = shown(&path);
                let text =
                    format!("\"{name}\" is a folder without a project: drop the files in it");
                self.notify(Level::Warning, text);
            } else {
                files.push(path);
            }
        }
        if !files.is_empty() {
            self.services.spawn(move || Event::Files {
                project: serial,
                place,
                files: files.into_iter().map(|path| look(path, true)).collect(),
            });
        }
    }

    /// Where the pointer is on the canvas; `None`: it is elsewhere, or the system does not tell while files are dragged.
    fn place_of_drop(&self, context: &egui::Context) -> Option<Pos2> {
        let camera = &self.project.panels.canvas.camera;
        let pointer = context.input(|input| input.pointer.latest_pos());
        let on_canvas = pointer.filter(|pos| camera.screen.contains(*pos));
        on_canvas.map(|pos| camera.graph_from_screen(pos))
    }

    /// Choose files in the system's dialog, for nodes that read them: the command Load a file.
    pub(super) fn ask_for_files(&mut self) {
        let serial = self.project.serial;
        let folder = self.project.folder.clone();
        let sender = self.services.sender.clone();
        drop(self.services.runtime.spawn_blocking(move || {
            let mut dialog = rfd::FileDialog::new().set_title("Load files");
            if let Some(folder) = folder {
                dialog = dialog.set_directory(folder);
            }
            if let Some(paths) = dialog.pick_files() {
                sender.blocking_send(looked_at(serial, paths)).ok();
            }
        }));
    }

    /// Make nodes that read these files, where something new belongs.
    pub fn load_files(&mut self, paths: Vec<PathBuf>) {
        let serial = self.project.serial;
        self.services.spawn(move || looked_at(serial, paths));
    }

    /// Files were looked at: nodes for those that can be read, in one step; why the others cannot is said.
    pub(super) fn files_looked_at(
        &mut self,
        project: u64,
        place: Option<Pos2>,
        files: Vec<Looked>,
    ) {
        let is_graph = |file: &Looked| matches!(file.holds, Holds::Graph(_));
        let (graphs, files): (Vec<_>, Vec<_>) = files.into_iter().partition(is_graph);
        self.with_project(project, |app| app.add_loaders(place, files));
        for file in graphs {
            if let Holds::Graph(text) = file.holds {
                self.picture_opened(&file.path, Ok(Some(text)));
            }
        }
    }

    fn add_loaders(&mut self, place: Option<Pos2>, files: Vec<Looked>) {
        let canvas = &self.project.panels.canvas;
        let is_dropped = place.is_some();
        let mut at = place.unwrap_or_else(|| canvas.place_for_new());
        let (mut nodes, mut problems) = (Vec::new(), Vec::new());
        for file in files {
            let loader = match self.loader_of(&file) {
                Ok(loader) => loader,
                Err(problem) => {
                    problems.push(problem);
                    continue;
                }
            };
            if nodes.is_empty() && is_dropped {
                at = canvas.snapped(at - dropping::grip(&loader.kind));
            }
            let path = self.value_of_path(&file.path);
            let (pos, height) = (at, height_of(&loader));
            at.y += ((height / GRID_STEP).ceil() + 1.0) * GRID_STEP;
            nodes.push(FileNode { loader, path, pos });
        }
        if !nodes.is_empty() {
            let document = &self.project.document;
            let (graph, open) = (document.graph(), document.open_subgraph());
            let (ids, transaction) = ops::load_files(graph, nodes, open);
            if self.commit(transaction) {
                self.project.document.select(ids);
            }
        }
        let more = problems.len().saturating_sub(NAMED);
        for problem in problems.into_iter().take(NAMED) {
            self.notify(Level::Warning, problem);
        }
        if more > 0 {
            self.notify(
                Level::Warning,
                format!("{more} more files cannot be loaded"),
            );
        }
    }

    /// What reads the file, or why nothing does.
    fn loader_of(&self, file: &Looked) -> Result<Loader, String> {
        let name = shown(&file.path);
        if let Holds::Unreadable(reason) = &file.holds {
            return Err(format!("\"{name}\" cannot be read: {reason}"));
        }
        let is_text = matches!(file.holds, Holds::Text);
        ops::loader_of(self.project.catalog.kinds(), &name)
            .filter(|loader| loader.is_made_for_it || is_text)
            .ok_or_else(|| {
                format!(
                    "No node loads \"{name}\": write one whose input has loom.OpenFile with its ending"
                )
            })
    }

    /// A path as a value: relative where it lies inside the project, so that the project can be moved.
    pub(super) fn value_of_path(&self, path: &Path) -> Value {
        let folder = self.project.folder.as_ref();
        let inside = folder.and_then(|folder| path.strip_prefix(folder).ok());
        Value::text(inside.unwrap_or(path).to_string_lossy().replace('\\', "/"))
    }

    /// Say on the canvas what will be made of the files that are dragged over the window.
    pub(super) fn hint_at_drop(&mut self, context: &egui::Context) {
        let paths: Vec<PathBuf> = context.input(|input| {
            let files = input.raw.hovered_files.iter();
            files.filter_map(|file| file.path.clone()).collect()
        });
        if paths.is_empty() || self.project.is_welcome() {
            self.hovering = Hovering::default();
            return;
        }
        if self.hovering.paths != paths {
            let lines = self.lines_for(&paths);
            self.hovering = Hovering { paths, lines };
        }
        let canvas = self.project.panels.canvas.camera.screen;
        dropping::hint(context, canvas, &self.hovering.lines);
    }

    fn lines_for(&self, paths: &[PathBuf]) -> Vec<String> {
        let kinds = self.project.catalog.kinds();
        let is_project = |path: &Path| project::find(path, &self.paths.userdata).is_ok();
        if let [path] = paths {
            let name = shown(path);
            if is_project(path) {
                return vec![format!("Drop to open {name}")];
            }
            if path.is_dir() {
                return vec![format!("{name} is a folder without a project")];
            }
            let loader = ops::loader_of(kinds, &name);
            let mut lines = vec![loader.map_or_else(
                || format!("No node loads {name}"),
                |loader| {
                    let text = format!("Drop to load {name} with {}", loader.kind.title);
                    if loader.is_made_for_it {
                        text
                    } else {
                        format!("{text}, if it is a text")
                    }
                },
            )];
            if is_picture(path) {
                lines.push("If it carries a graph, that opens instead".to_owned());
            }
            return lines;
        }
        let mut lines = vec![format!("Drop to load {} files", paths.len())];
        for path in paths.iter().take(NAMED) {
            let name = shown(path);
            let with = if is_project(path) {
                "opens".to_owned()
            } else {
                let loader = ops::loader_of(kinds, &name).filter(|_| !path.is_dir());
                loader.map_or("no node loads it".to_owned(), |it| {
                    it.kind.title.to_string()
                })
            };
            lines.push(format!("{name}: {with}"));
        }
        if paths.len() > NAMED {
            lines.push(format!("and {} more", paths.len() - NAMED));
        }
        lines
    }
}

fn looked_at(project: u64, paths: Vec<PathBuf>) -> Event {
    Event::Files {
        project,
        place: None,
        files: paths.into_iter().map(|path| look(path, false)).collect(),
    }
}

/// Look into a file; for the graph that a picture may carry only where it would open.
fn look(path: PathBuf, opens_graphs: bool) -> Looked {
    let graph = (opens_graphs && is_picture(&path)).then(|| graph_of(&path));
    let holds = match graph {
        Some(Ok(Some(text))) => Holds::Graph(text),
        _ => match head(&path) {
            Ok(head) if is_text(&head) => Holds::Text,
            Ok(_) => Holds::Data,
            Err(error) => Holds::Unreadable(error.to_string()),
        },
    };
    Looked { path, holds }
}

fn head(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut head = Vec::new();
    let file = std::fs::File::open(path)?;
    file.take(HEAD).read_to_end(&mut head)?;
    Ok(head)
}

/// Signs that stand in no text mean that it is none, whatever its encoding.
fn is_text(head: &[u8]) -> bool {
    !head
        .iter()
        .any(|byte| matches!(byte, 0..=8 | 14..=26 | 28..=31))
}

/// The name of a file as it is shown.
fn shown(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}

/// How high the node will be once it has run.
fn height_of(loader: &Loader) -> f32 {
    let shows_picture = |ty: &ValueType| matches!(ty.base(), ValueType::Image | ValueType::Figure);
    let mut outputs = loader.kind.outputs.iter();
    let has_thumb = outputs.any(|output| shows_picture(&output.ty));
    let node = Node::new(NodeId(0), "", loader.kind.clone(), Pos2::ZERO);
    node_size(&node, has_thumb).y
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_told_from_data() {
        for (head, expected) in [
            (&b"a,b\n1,2\r\n\t\x1b[0m"[..], true),
            ("Straße".as_bytes(), true),
            (b"Stra\xdfe", true),
            (b"", true),
            (b"PK\x03\x04", false),
            (b"\x89PNG\r\n\x1a\n", false),
            (b"RIFF\0\0", false),
        ] {
            assert_eq!(is_text(head), expected, "{head:?}");
        }
    }
}
