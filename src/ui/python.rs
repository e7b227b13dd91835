//! Python that was pasted or dropped: what would become nodes of it, and the question whether it is to. Reads the text,
//! writes nothing and runs nothing.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use egui::{Label, RichText, Ui};

use super::code::skeleton::function_name;
use super::dialogs::{Answer, buttons, enter, heading};
use super::theme;
use crate::graph::{Bank, Call, KindState, Pos2};
use crate::nodebank::code::{Place, kinds};

/// So many nodes are put on the canvas; of more the first alone.
pub const MOST_PLACED: usize = 6;
/// Titles that are named.
const NAMED: usize = 8;

/// Sources that can become nodes.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    pub sources: Vec<PythonSource>,
    /// Where the nodes go.
    pub pos: Pos2,
    /// Files that were dropped; they can be loaded as they are, too.
    pub dropped: Vec<PathBuf>,
}

/// What the user decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfferAnswer {
    Make,
    /// Load the files as any other.
    Load,
}

/// A source, and the nodes that its functions would be.
#[derive(Clone, Debug, PartialEq)]
pub struct PythonSource {
    /// Name of the file that is made, without its ending.
    pub name: String,
    pub text: String,
    /// Function and title of each.
    pub nodes: Vec<(String, String)>,
    /// Functions that the project has already: those stay the ones that are used.
    pub known: Vec<String>,
    /// Functions that cannot be nodes, and why.
    pub refused: Vec<String>,
}

impl PythonSource {
    /// What a text holds, if it is Python and any of its functions can be a node. `name`: of the file that it comes
    /// from; else the first function's is taken.
    pub fn read(text: &str, name: Option<&str>, known: &HashSet<String>) -> Option<Self> {
        if !text.contains("def ") {
            return None;
        }
        let text = dedented(text);
        let read = |name: &str| {
            let place = Place {
                bank: Bank::Project,
                family: "Project".into(),
                file: Path::new(&format!("nodes/{name}.py")).into(),
            };
            kinds(&text, &place).ok()
        };
        let mut name = function_name(name.unwrap_or("pasted"));
        let found = read(&name)?;
        let is_ready = |state: &KindState| *state == KindState::Ready;
        let first = found.iter().find(|kind| is_ready(&kind.state))?;
        if name == "pasted" {
            // A function without types that is called like its file is read as one of the first Loom.
            name = first.function.to_string();
            let is_old = read(&name)?.iter().any(|it| it.call == Call::Positional);
            if is_old {
                name.push_str("_node");
            }
        }
        let mut source = Self {
            name,
            text: String::new(),
            nodes: Vec::new(),
            known: Vec::new(),
            refused: Vec::new(),
        };
        for kind in &found {
            let function = kind.function.to_string();
            match &kind.state {
                KindState::Broken { message, .. } => {
                    source.refused.push(format!("{function}: {message}"));
                }
                _ if known.contains(&function) => source.known.push(function),
                _ => source.nodes.push((function, kind.title.to_string())),
            }
        }
        source.text = text;
        Some(source)
    }
}

/// Without the blank space that all lines begin with, as functions that were cut out of something have it.
fn dedented(text: &str) -> String {
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let lines = || text.lines().filter(|line| !line.trim().is_empty());
    let margin = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let first = lines().next().unwrap_or_default();
    let mut common = &first[..margin(first)];
    for line in lines() {
        let same = line.bytes().zip(common.bytes());
        let same = same.take_while(|(a, b)| a == b).count();
        common = &common[..same];
    }
    let mut dedented: String = text
        .lines()
        .map(|line| line.strip_prefix(common).unwrap_or(line.trim_start()))
        .flat_map(|line| [line, "\n"])
        .collect();
    dedented.truncate(dedented.trim_end().len());
    dedented.push('\n');
    dedented
}

pub(super) fn offer_ui(ui: &mut Ui, offer: &Offer) -> Option<Answer> {
    let palette = theme::palette(ui.ctx());
    let titles: Vec<&str> = offer
        .sources
        .iter()
        .flat_map(|source| &source.nodes)
        .map(|(_, title)| title.as_str())
        .collect();
    let text = match titles.len() {
        1 => "One function becomes a node of this project.".to_owned(),
        count => format!("{count} functions become nodes of this project."),
    };
    heading(ui, "Make nodes of this Python?", &text);
    for title in titles.iter().take(NAMED) {
        ui.horizontal(|ui| {
            theme::dot_ui(ui, palette.accent);
            ui.add(
                Label::new(RichText::new(*title).strong().color(palette.text_strong)).truncate(),
            );
        });
    }
    if titles.len() > NAMED {
        let more = format!("and {} more", titles.len() - NAMED);
        ui.label(RichText::new(more).color(palette.text_weak));
    }
    ui.add_space(theme::GAP);
    for source in &offer.sources {
        for function in &source.known {
            let text = format!("{function} is in the project already: that one stays in use");
            ui.add(Label::new(RichText::new(text).color(palette.warn)).wrap());
        }
        for why in source.refused.iter().take(NAMED) {
            let text = format!("No node is made of {why}");
            ui.add(Label::new(RichText::new(text).color(palette.warn)).wrap());
        }
    }
    let placed = if titles.len() > MOST_PLACED {
        "The first is put on the canvas, all are in the library"
    } else {
        "They are put on the canvas"
    };
    let text = format!(
        "The source becomes a file of the project's nodes folder, which overwrites none. {placed}. Nothing of it runs \
         before you run a node."
    );
    ui.add(Label::new(RichText::new(text).color(palette.text_weak)).wrap());
    let mut choices = vec![("Make nodes", true), ("Cancel", false)];
    if !offer.dropped.is_empty() {
        choices.push(("Load as files", false));
    }
    match buttons(ui, &choices) {
        Some(0) => Some(Answer::Python(OfferAnswer::Make)),
        Some(1) => Some(Answer::Cancel),
        Some(_) => Some(Answer::Python(OfferAnswer::Load)),
        None => enter(ui).then_some(Answer::Python(OfferAnswer::Make)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn python_with_functions_is_told_from_other_texts() {
        let known = HashSet::from(["mean".to_owned()]);
        let names = |text: &str, name: Option<&str>| {
            let source = PythonSource::read(text, name, &known)?;
            let nodes: Vec<String> = source
                .nodes
                .into_iter()
                .map(|(function, _)| function)
                .collect();
            let (known, refused) = (source.known.join(","), source.refused.len());
            Some(format!(
                "{}: {} ({known}) {refused}",
                source.name,
                nodes.join(",")
            ))
        };
        for (text, expected) in [
            ("", None),
            ("Dear def all,\nhello", None),
            ("x = 1\n", None),
            ("# def f():\n", None),
            ("def f(:\n    pass\n", None),
            ("{\"loom\": \"def nodes\"}", None),
            ("class A:\n    def f(self): pass\n", None),
            ("def _own(a): return a\n", None),
            ("def f(a: int): return a\n", Some("f: f () 0")),
            ("def f(a): return a\n", Some("f_node: f () 0")),
            (
                "  def f(a: int):\n    return a\n\n  def mean(b): pass\n",
                Some("f: f (mean) 0"),
            ),
            (
                "\tasync def g(a: int):\r\n\t\treturn a\r\n",
                Some("g: g () 0"),
            ),
        ] {
            assert_eq!(names(text, None).as_deref(), expected, "{text}");
        }
        let named = names("def f(a: int): return a\n", Some("My shapes"));
        assert_eq!(named.as_deref(), Some("my_shapes: f () 0"));
        let source = PythonSource::read(
            "    def f(a: int):\n        return a\n   \n\n",
            None,
            &known,
        );
        assert_eq!(source.unwrap().text, "def f(a: int):\n    return a\n");
    }
}
