//! Thumbnails: a small picture of a project's graph for each theme, in a folder of userdata. Their names tell the state
//! of the savefile that they show, so that one that is out of date is not found. All of it may be deleted at any time.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use egui::ColorImage;
use image::{ImageFormat, RgbaImage};

use crate::document::Document;
use crate::document::file::{SAVEFILE, write_atomic};
use crate::picture::Subject;

/// Enough for a card of the welcome page on a dense screen.
const MOST_PIXELS: f32 = 480.0 * 270.0;

/// The pictures of the dark and the light theme, which show the savefile as it is now.
pub fn files(project: &Path, thumbnails: &Path) -> Option<[PathBuf; 2]> {
    let meta = project.join(SAVEFILE).metadata().ok()?;
    let modified = meta.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    // Other numbers in another build of Loom only mean that pictures are made anew.
    let mut hasher = DefaultHasher::new();
    (project, modified.as_nanos(), meta.len()).hash(&mut hasher);
    let key = hasher.finish();
    let file = |theme: &str| thumbnails.join(format!("{key:016x}-{theme}.png"));
    Some([file("dark"), file("light")])
}

/// Those pictures, if they are there.
pub fn find(project: &Path, thumbnails: &Path) -> Option<[PathBuf; 2]> {
    files(project, thumbnails).filter(|files| files.iter().all(|file| file.is_file()))
}

/// Make them, of the document that the savefile holds now. Why there are none is a matter for the log.
pub fn make(document: Document, project: &Path, thumbnails: &Path) -> Option<[PathBuf; 2]> {
    let files = files(project, thumbnails)?;
    let mut subject = Subject {
        document,
        ..Subject::default()
    };
    for (file, is_dark) in files.iter().zip([true, false]) {
        subject.is_dark = is_dark;
        let image = subject.small(MOST_PIXELS).ok()?;
        let kept = std::fs::create_dir_all(thumbnails)
            .map_err(|error| error.to_string())
            .and_then(|()| write_atomic(file, &png(&image)?).map_err(|error| error.to_string()));
        if let Err(reason) = kept {
            tracing::warn!(
                "a thumbnail could not be kept: {reason}: {}",
                file.display()
            );
            return None;
        }
    }
    Some(files)
}

/// Remove the pictures that belong to none of these projects as they are now.
pub fn prune<'a>(projects: impl Iterator<Item = &'a Path>, thumbnails: &Path) {
    let kept: Vec<_> = projects
        .filter_map(|project| files(project, thumbnails))
        .flatten()
        .collect();
    for entry in std::fs::read_dir(thumbnails)
        .into_iter()
        .flatten()
        .flatten()
    {
        let path = entry.path();
        if path.extension().is_some_and(|end| end == "png") && !kept.contains(&path) {
            std::fs::remove_file(path).ok();
        }
    }
}

/// The picture in a file.
pub fn read(file: &Path) -> Result<ColorImage, String> {
    let bytes = std::fs::read(file).map_err(|error| error.to_string())?;
    let image = image::load_from_memory_with_format(&bytes, ImageFormat::Png);
    let image = image.map_err(|error| error.to_string())?.to_rgba8();
    let size = [image.width() as usize, image.height() as usize];
    Ok(ColorImage::from_rgba_unmultiplied(size, image.as_raw()))
}

fn png(image: &ColorImage) -> Result<Vec<u8>, String> {
    let [width, height] = image.size.map(|side| side as u32);
    let pixels = RgbaImage::from_raw(width, height, image.as_raw().to_vec());
    let pixels = pixels.ok_or("the picture is not whole")?;
    let mut bytes = Vec::new();
    pixels
        .write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png)
        .map_err(|error| error.to_string())?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Meta, file};
    use crate::graph::{Bank, Graph, Node, NodeId, NodeKind, Pos2};

    fn document(count: u32) -> Document {
        let kind = std::sync::Arc::new(NodeKind::new(Bank::Builtin, "one"));
        let node = |i: u32| {
            let pos = Pos2::new(i as f32 * 260.0, 0.0);
            Node::new(NodeId(i), format!("node_{i}"), kind.clone(), pos)
        };
        let (graph, ..) = Graph::from_parts((0..count).map(node), []);
        Document::new(graph, Meta::default())
    }

    #[test]
    fn a_picture_belongs_to_one_state_of_a_savefile() {
        let folder = tempfile::tempdir().unwrap();
        let (project, other) = (folder.path().join("a"), folder.path().join("b"));
        let thumbnails = folder.path().join("thumbnails");
        for project in [&project, &other] {
            std::fs::create_dir(project).unwrap();
            file::save(&document(2), &project.join(SAVEFILE)).unwrap();
        }
        assert_eq!(find(&project, &thumbnails), None);
        let made = make(document(2), &project, &thumbnails).unwrap();
        assert_eq!(find(&project, &thumbnails).as_ref(), Some(&made));
        assert_eq!(find(&other, &thumbnails), None);
        let [dark, light] = made.each_ref().map(|file| read(file).unwrap());
        assert!(dark.size[0] > dark.size[1], "{:?}", dark.size);
        assert!(dark.pixels.len() as f32 <= MOST_PIXELS);
        assert_ne!(dark.pixels, light.pixels);

        file::save(&document(3), &project.join(SAVEFILE)).unwrap();
        assert_eq!(find(&project, &thumbnails), None);
        let newer = make(document(3), &project, &thumbnails).unwrap();
        prune([project.as_path()].into_iter(), &thumbnails);
        assert!(newer.iter().all(|file| file.is_file()));
        assert!(made.iter().all(|file| !file.exists()));
    }

    #[test]
    fn what_cannot_be_drawn_has_no_picture() {
        let folder = tempfile::tempdir().unwrap();
        let thumbnails = folder.path().join("thumbnails");
        assert_eq!(make(document(1), folder.path(), &thumbnails), None);
        file::save(&document(0), &folder.path().join(SAVEFILE)).unwrap();
        assert_eq!(make(document(0), folder.path(), &thumbnails), None);
    }
}
