//! Pasting: Python that is pasted on the canvas or dropped on the window becomes kinds of the project's own, after a
//! question, and nodes of them.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;

use super::new_kinds::{Goal, Made, NewKinds, in_words, write_new};
use super::{App, CodeEvent};
use crate::graph::NodeKind;
use crate::ui::Level;
use crate::ui::dialogs::Dialog;
use crate::ui::python::{MOST_PLACED, Offer, OfferAnswer, PythonSource};

/// A longer text is none that somebody copied to make nodes of it.
const LONGEST_PASTED: usize = 1 << 20;

impl App {
    /// Ask whether a pasted text is to become nodes; `false` when it cannot.
    pub(in crate::app) fn offer_pasted(&mut self, text: &str) -> bool {
        if text.len() > LONGEST_PASTED || self.project.folder.is_none() {
            return false;
        }
        let Some(source) = PythonSource::read(text, None, &self.own_functions()) else {
            return false;
        };
        let pos = self.project.panels.canvas.place_for_new();
        self.offer(Offer {
            sources: vec![source],
            pos,
            dropped: Vec::new(),
        });
        true
    }

    /// The same for files that were dropped; returns those that cannot.
    pub(in crate::app) fn offer_dropped(&mut self, files: Vec<(PathBuf, String)>) -> Vec<PathBuf> {
        let (known, own) = (self.own_functions(), self.nodes_folder());
        let (mut sources, mut dropped, mut others) = (Vec::new(), Vec::new(), Vec::new());
        for (path, text) in files {
            let is_own = own.as_ref().is_none_or(|own| path.starts_with(own));
            let name = path.file_stem().map(|stem| stem.to_string_lossy());
            let source = PythonSource::read(&text, name.as_deref(), &known);
            match source.filter(|_| !is_own) {
                Some(source) => {
                    sources.push(source);
                    dropped.push(path);
                }
                None => others.push(path),
            }
        }
        if !sources.is_empty() {
            let pos = self.place_by_key();
            self.offer(Offer {
                sources,
                pos,
                dropped,
            });
        }
        others
    }

    fn offer(&mut self, offer: Offer) {
        if offer.sources.iter().all(|source| source.nodes.is_empty()) {
            let known = offer.sources.into_iter().flat_map(|source| source.known);
            let known: Vec<String> = known.collect();
            self.notify(
                Level::Info,
                format!(
                    "The project has these nodes already: {}; rename the functions to have both",
                    known.join(", ")
                ),
            );
        } else if self.dialog.is_some() || self.tabs.is_in_background {
            self.notify(
                Level::Warning,
                "Python was dropped while another question was open: answer that, and drop it again",
            );
        } else {
            self.dialog = Some(Dialog::Python(offer));
        }
    }

    pub(in crate::app) fn python_answer(&mut self, offer: Offer, answer: OfferAnswer) {
        let Some(folder) = self.nodes_folder() else {
            return;
        };
        if answer == OfferAnswer::Load {
            let files = offer.dropped.into_iter();
            self.load_files(files.map(|path| (path, true)).collect());
            return;
        }
        let goal = Goal::Nodes {
            pos: offer.pos,
            inside: self.project.document.open_subgraph(),
        };
        let signed = self.signer();
        self.in_background(move || {
            let write = |source: PythonSource| {
                let functions: Vec<String> = source.nodes.into_iter().map(|(it, _)| it).collect();
                let made = |_: &str| (source.text.clone(), functions.clone());
                write_new(&folder, &source.name, &HashSet::new(), made, &signed)
            };
            let sources = offer.sources.into_iter();
            let made: std::io::Result<Vec<Made>> = sources.map(write).collect();
            CodeEvent::Made {
                result: made.map(together).map_err(in_words),
                wanted: NewKinds::new(goal),
            }
        });
    }

    /// What was made, and where it is.
    pub(super) fn say_made(&mut self, kinds: &[Arc<NodeKind>]) {
        let mut files: Vec<String> = kinds
            .iter()
            .filter_map(|kind| kind.file.as_ref()?.file_name())
            .map(|name| format!("nodes/{}", name.to_string_lossy()))
            .collect();
        files.dedup();
        let what = match kinds {
            [kind] => format!("{} is a node", kind.title),
            _ => format!("{} functions are nodes", kinds.len()),
        };
        let rest = if kinds.len() > MOST_PLACED {
            "; the first is on the canvas, all are in the library"
        } else {
            ""
        };
        let text = format!("{what} of the project now, in {}{rest}", files.join(", "));
        self.notify(Level::Success, text);
    }
}

/// Several sources that were made at once: the first one is shown.
fn together(all: Vec<Made>) -> Made {
    let mut all = all.into_iter();
    let first = all.next();
    first
        .map(|first| {
            all.fold(first, |mut made, next| {
                made.functions.extend(next.functions);
                made
            })
        })
        .unwrap_or_default()
}
