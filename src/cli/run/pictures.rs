//! `--pictures`: what looks like a picture, as PNG files in a folder. Removes nothing there.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::Failure;
use super::session::{Session, Stopped};
use crate::engine::{NodeStatus, View, What};
use crate::graph::{Graph, Node, NodeId};

/// Write every image and figure that the last run made, and list the files for people.
pub fn write(session: &mut Session, folder: &Path) -> Result<(), Stopped> {
    let wrong = |error: String| {
        Stopped::Failed(Failure::usage(format!(
            "cannot write pictures: {error}; name another folder with --pictures: {}",
            folder.display()
        )))
    };
    std::fs::create_dir_all(folder).map_err(|error| wrong(error.to_string()))?;
    let mut names = Names::default();
    for (node, output, name) in pictures(session) {
        let what = What::View {
            start: 0,
            count: 0,
            sort: None,
        };
        let View::Image {
            file,
            width,
            height,
            ..
        } = session.view(node, output, what)?
        else {
            session.say(&format!("loom: the picture {name} is not there any more"));
            continue;
        };
        let path = folder.join(names.free(&name));
        save(&file, (width, height), &path).map_err(wrong)?;
        session.say(&format!("  {} ({width} × {height})", path.display()));
    }
    Ok(())
}

/// Node, place of the output, and a name for it.
fn pictures(session: &Session) -> Vec<(NodeId, u32, String)> {
    let graph: &Graph = session.graph;
    let made = graph.nodes().filter(|node| {
        let status = &session.state.node(node.id).status;
        matches!(status, NodeStatus::Done { .. } | NodeStatus::Cached)
    });
    made.flat_map(|node| {
        let outputs = session.state.node(node.id).outputs.clone();
        let pictures: Vec<_> = (0..outputs.len())
            .filter(|at| {
                outputs[*at]
                    .as_ref()
                    .is_some_and(|value| value.thumb.is_some())
            })
            .map(|at| (node.id, at as u32, name(node, at)))
            .collect();
        pictures
    })
    .collect()
}

fn name(node: &Node, output: usize) -> String {
    match (&node.kind.outputs[..], node.kind.outputs.get(output)) {
        ([_], _) | (_, None) => node.title().to_string(),
        (_, Some(output)) => format!("{} {}", node.title(), output.name),
    }
}

fn save(raw: &Path, (width, height): (u32, u32), path: &Path) -> Result<(), String> {
    let bytes = std::fs::read(raw).map_err(|error| error.to_string())?;
    let kind = image::ColorType::Rgba8;
    image::save_buffer_with_format(path, &bytes, width, height, kind, image::ImageFormat::Png)
        .map_err(|error| error.to_string())
}

/// File names that are free, on every system.
#[derive(Default)]
struct Names(HashSet<String>);

impl Names {
    fn free(&mut self, name: &str) -> PathBuf {
        let clean: String = name
            .chars()
            .map(|c| {
                if c.is_control() || "<>:\"/\\|?*.".contains(c) {
                    '_'
                } else {
                    c
                }
            })
            .take(80)
            .collect();
        let clean = match clean.trim() {
            "" => "picture",
            clean => clean,
        };
        let numbered = (2..).map(|n| format!("{clean} {n}"));
        let free = std::iter::once(clean.to_owned())
            .chain(numbered)
            .find(|name| self.0.insert(name.to_lowercase()));
        PathBuf::from(free.unwrap_or_default() + ".png")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_picture_has_a_name_of_its_own_that_is_a_file_name() {
        let mut names = Names::default();
        let found: Vec<_> = ["Outlines", "outlines", "a/b: c.d", "", "../x"]
            .iter()
            .map(|name| names.free(name).display().to_string())
            .collect();
        let expected = [
            "Outlines.png",
            "outlines 2.png",
            "a_b_ c_d.png",
            "picture.png",
            "___x.png",
        ];
        assert_eq!(found, expected);
    }
}
