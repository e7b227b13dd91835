//! Looking: values that are fetched to be looked at, and pictures that the engine wrote.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use egui::{ColorImage, TextureOptions};

use super::{App, Event};
use crate::engine::View;
use crate::engine::protocol::{self, Outputs, What};
use crate::graph::NodeId;
use crate::ui::{Fetch, FetchWhat, Level};

impl App {
    /// A node whose value has a picture gets room for it.
    pub(super) fn show_thumb(&mut self, node: NodeId, outputs: &Outputs) {
        let thumb_of = |outputs: &Outputs| {
            let mut values = outputs.iter().flatten();
            values.find_map(|value| value.thumb.clone())
        };
        let thumb = thumb_of(outputs);
        if let Some(thumb) = &thumb {
            self.read_picture(&thumb.file, thumb.width, thumb.height);
            if let Some(before) = thumb_of(&self.project.run.node(node).outputs) {
                self.stand_in(&thumb.file, &before.file);
            }
        }
        let graph = self.project.document.graph();
        let (_, node) = self.project.flat.place(node);
        let layout = &mut self.project.panels.canvas.layout;
        layout.set_thumb(graph, node, thumb.is_some());
    }

    /// What was asked for has come.
    pub(super) fn fetched(&mut self, wanted: Fetch, view: &View) {
        if let View::Image {
            file,
            width,
            height,
            ..
        } = view
        {
            self.read_picture(file, *width, *height);
            if let Some(View::Image { file: before, .. }) = self.project.views.get(&wanted) {
                let before = before.clone();
                self.stand_in(file, &before);
            }
        }
        self.project.views.insert(wanted, view.clone());
    }

    /// Until a picture has been read the one before it is seen in its place, so that nothing flickers.
    fn stand_in(&mut self, file: &Path, before: &Path) {
        let textures = &mut self.pictures.textures;
        if !textures.contains_key(file)
            && let Some(texture) = textures.get(before).cloned()
        {
            textures.insert(file.to_owned(), texture);
        }
    }

    /// Let go of the pictures of values that are not there any more: each run of a node writes others.
    pub(super) fn forget_old_pictures(&mut self) {
        let project = &self.project;
        let Some(folder) = &project.folder else {
            return;
        };
        let values = project.run.outputs().flat_map(|outputs| outputs.iter());
        let thumbs = values.flatten().filter_map(|value| value.thumb.as_ref());
        let mut used: HashSet<&Path> = thumbs.map(|thumb| &*thumb.file).collect();
        used.extend(project.views.iter().filter_map(|(_, view)| match view {
            View::Image { file, .. } => Some(&**file),
            _ => None,
        }));
        let is_used = |file: &Path| !file.starts_with(folder) || used.contains(file);
        self.pictures.textures.retain(|file, _| is_used(file));
    }

    /// Ask the engine for a value unless it is on its way.
    pub(super) fn fetch(&mut self, wanted: Fetch) {
        if !self.project.views.is_wanted(&wanted)
            || self.project.fetching.values().any(|other| *other == wanted)
        {
            return;
        }
        let number = self.project.number();
        let Some(engine) = &self.project.engine else {
            self.project.views.insert(wanted, View::Gone);
            return;
        };
        let what = match wanted.what {
            FetchWhat::Text => What::Text,
            FetchWhat::View { start, count, sort } => What::View {
                start,
                count,
                sort: sort.map(|(column, is_descending)| (column as u32, is_descending)),
            },
            FetchWhat::Pixel { x, y } => What::Pixel { x, y },
        };
        let fetch = protocol::Fetch {
            fetch: number,
            node: wanted.node,
            output: wanted.output as u32,
            what,
        };
        match engine.fetch(fetch) {
            Ok(()) => {
                self.project.fetching.insert(number, wanted);
            }
            Err(error) => self.notify(Level::Error, error.to_string()),
        }
    }

    /// Read a picture in the background, once: a file is never written again under the same name.
    pub(super) fn read_picture(&mut self, file: &Path, width: u32, height: u32) {
        if self.pictures.textures.contains_key(file) || !self.reading.insert(file.to_owned()) {
            return;
        }
        let file = file.to_owned();
        self.services.spawn(move || {
            let result = picture(&file, width as usize, height as usize);
            Event::Picture { file, result }
        });
    }

    pub(super) fn picture_read(&mut self, file: PathBuf, result: Result<ColorImage, String>) {
        match result {
            Ok(image) => {
                self.reading.remove(&file);
                let name = file.display().to_string();
                let texture =
                    self.services
                        .context
                        .load_texture(name, image, TextureOptions::LINEAR);
                self.pictures.textures.insert(file, texture);
            }
            // The engine may have ended and swept its folder: the next run makes a new one. This one is not asked for
            // again, it stays in `reading`.
            Err(reason) => {
                // Nor does another stand in for it.
                self.pictures.textures.remove(&file);
                tracing::warn!("a picture could not be read: {reason}: {}", file.display());
            }
        }
    }
}

/// Raw RGBA, 8 bits a channel, as the engine writes it.
pub(super) fn picture(file: &Path, width: usize, height: usize) -> Result<ColorImage, String> {
    let bytes = crate::sys::map_file(file).map_err(|error| error.to_string())?;
    if bytes.len() != width * height * 4 || bytes.is_empty() {
        return Err(format!(
            "{} bytes are no {width} × {height} picture",
            bytes.len()
        ));
    }
    Ok(ColorImage::from_rgba_unmultiplied([width, height], &bytes))
}
