//! Picture: the canvas as a PNG or SVG that carries its graph, so that the picture opens as the graph again. Made
//! without a window and without a graphics card, of the whole graph however large, on any thread. Bytes in, bytes
//! out: who asks reads and writes the files.

mod carrier;
mod outline;
pub mod raster;
mod scene;
mod svg;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use egui::ColorImage;
use thiserror::Error;

pub use carrier::{MOST_BYTES, graph_in};

use crate::document::{Document, Meta, clipboard, file, ops};
use crate::engine::run::RunState;
use crate::graph::{Graph, NodeId, Subgraph};
use scene::Scene;

/// Longest side of a picture, in pixels.
const MOST_SIDE: f32 = 8192.0;
/// Most pixels of a picture that goes to a file.
const MOST_PIXELS: f32 = 40e6;
/// Most pixels of one that goes to the clipboard, which takes it while the window waits.
const MOST_PIXELS_COPIED: f32 = 8e6;

/// What a picture's file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Png,
    Svg,
}

impl Format {
    /// By the end of the file's name.
    pub fn of(path: &Path) -> Option<Self> {
        let end = path.extension()?.to_str()?.to_lowercase();
        match end.as_str() {
            "png" => Some(Self::Png),
            "svg" => Some(Self::Svg),
            _ => None,
        }
    }
}

/// Why there is no picture.
#[derive(Debug, Error)]
pub enum PictureError {
    #[error("there is nothing to draw: the graph is empty")]
    Empty,
    #[error("its nodes lie too far apart for a picture; bring them nearer")]
    TooFarApart,
    #[error(
        "the graph's text is larger than 64 MB, which is the most that a picture carries; select fewer nodes"
    )]
    TooLarge,
    #[error("the PNG could not be made: {0}")]
    Png(#[from] png::EncodingError),
}

/// What is drawn and carried.
#[derive(Clone, Debug, Default)]
pub struct Subject {
    pub document: Document,
    /// These nodes and the links among them; empty for all.
    pub only: BTreeSet<NodeId>,
    /// What shows on the nodes.
    pub run: RunState,
    /// Pictures of values, by the files that the run names. One that is not here is left out.
    pub thumbs: BTreeMap<PathBuf, ColorImage>,
    pub is_dark: bool,
}

impl Subject {
    /// The file of the picture, with the graph in it.
    pub fn file(&self, format: Format) -> Result<Vec<u8>, PictureError> {
        let scene = Scene::of(self, MOST_PIXELS)?;
        let text = self.text();
        match format {
            Format::Png => carrier::png(&scene.pixels(), scene.pixels_per_point(), &text),
            Format::Svg => carrier::svg(&svg::drawing(&scene), scene.size(), &text),
        }
    }

    /// The pixels alone, for the clipboard.
    pub fn pixels(&self) -> Result<ColorImage, PictureError> {
        Ok(Scene::of(self, MOST_PIXELS_COPIED)?.pixels())
    }

    /// What the picture carries: the whole savefile, or the nodes as the clipboard has them.
    fn text(&self) -> String {
        if self.only.is_empty() {
            file::to_text(&self.document, None)
        } else {
            clipboard::copy(self.document.graph(), &self.only)
        }
    }

    /// What it shows: nothing is selected, which is the window's own affair.
    fn shown(&self) -> Document {
        if self.only.is_empty() {
            let mut document = self.document.clone();
            document.select([]);
            return document;
        }
        let graph = self.document.graph();
        let copied = ops::selected_parts(graph, &self.only);
        let subgraphs = graph.subgraphs().map(|it| Subgraph::clone(it));
        let (graph, ..) = Graph::from_all_parts(subgraphs, copied.nodes, copied.links);
        Document::new(graph, Meta::default())
    }
}

#[cfg(test)]
mod tests;
