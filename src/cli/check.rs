//! `loom check`: what is not sound in a project, without running any of it.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::project::{Opened, library};
use super::{Exit, Failure, say};
use crate::engine::plan::Planner;
use crate::graph::{Fit, Flat, Graph, Node, Value, ValueType, Widget, fit};
use crate::paths::{MOST_TEXT_BYTES, Paths, full, read_bounded};
use crate::plain;
use crate::project::REQUIREMENTS;
use crate::project::requirements::{self, Content};

/// What was found.
#[derive(Debug, Default)]
struct Findings {
    /// Would fail.
    problems: Vec<String>,
    /// Works, and should be known.
    notes: Vec<String>,
}

pub fn check(project: &Path, paths: &Paths) -> Result<Exit, Failure> {
    let opened = Opened::open(project, paths)?;
    let graph = opened.loaded.document.graph();
    let mut found = Findings {
        notes: opened.loaded.notes.clone(),
        ..Findings::default()
    };
    found.notes.extend(opened.loaded.read_only());
    found.check_graph(graph);
    found.check_requirements(&opened.folder);
    let own = opened.folder.join("nodes");
    let (_, problems) = library(&opened.folder, paths);
    let problems = problems
        .iter()
        .filter(|problem| problem.file.starts_with(&own));
    found.notes.extend(problems.map(ToString::to_string));

    let mut out = io::stdout().lock();
    for problem in &found.problems {
        writeln!(out, "problem: {}", plain::text(problem))?;
    }
    for note in &found.notes {
        writeln!(out, "note: {}", plain::text(note))?;
    }
    let count = |count: usize, one: &str| match count {
        1 => format!("1 {one}"),
        count => format!("{count} {one}s"),
    };
    say(&format!(
        "{}: {}, {}; {}, {}",
        opened.name(),
        count(graph.node_count(), "node"),
        count(graph.link_count(), "link"),
        count(found.problems.len(), "problem"),
        count(found.notes.len(), "note")
    ));
    Ok(if found.problems.is_empty() {
        Exit::Ok
    } else {
        Exit::Failed
    })
}

impl Findings {
    fn check_graph(&mut self, graph: &Graph) {
        // What the engine would not even call.
        let flat = Flat::of(graph);
        if flat.is_too_large() {
            self.problems.push(Flat::TOO_LARGE.to_owned());
        }
        for planned in &Planner::default().plan(flat.graph()).nodes {
            if let (Some(why), Some(node)) = (&planned.blocked, flat.graph().node(planned.id)) {
                self.problems.push(format!("{}: {why}", named(node)));
            }
        }
        for link in graph.links() {
            if let Some(broken) = graph.broken_link(link) {
                let node = graph.node(broken.lost.node).map(named);
                self.problems.push(format!(
                    "{}: {}; {}",
                    node.unwrap_or_default(),
                    broken.sentence(graph),
                    broken.remedy()
                ));
                continue;
            }
            let ends = (graph.node(link.from.node), graph.node(link.to.node));
            let (Some(from), Some(to)) = ends else {
                continue;
            };
            if let (Some(output), Some(input)) =
                (graph.output_type(&link.from), to.kind.input(&link.to.name))
                && fit(output, &input.ty) == Fit::Refused
            {
                self.problems.push(format!(
                    "{}: the input \"{}\" takes {}, and its link brings {} from {}.{}",
                    named(to),
                    input.name,
                    input.ty,
                    output,
                    named(from),
                    link.from.name
                ));
            }
        }
        for node in graph.nodes() {
            self.check_values(graph, node);
        }
    }

    fn check_values(&mut self, graph: &Graph, node: &Node) {
        for (name, value) in &node.values {
            let Some(input) = node.kind.input(name) else {
                self.notes.push(format!(
                    "{}: it holds a value for \"{name}\", an input that it does not have",
                    named(node)
                ));
                continue;
            };
            if node.kind.is_legacy() || graph.link_to(node.id, name).is_some() {
                continue;
            }
            if !holds(&input.ty, value) {
                self.problems.push(format!(
                    "{}: the input \"{name}\" takes {}, and its value is {value}",
                    named(node),
                    input.ty
                ));
            } else if let Widget::Choice(choices) = &input.widget
                && !choices.contains(value)
            {
                let choices: Vec<_> = choices.iter().map(Value::to_string).collect();
                self.problems.push(format!(
                    "{}: the input \"{name}\" must be one of {}, and its value is {value}",
                    named(node),
                    choices.join(", ")
                ));
            }
        }
    }

    fn check_requirements(&mut self, folder: &Path) {
        let path = folder.join(REQUIREMENTS);
        let is_own = |real: PathBuf| full(folder).is_ok_and(|folder| real.starts_with(folder));
        if full(&path).is_ok_and(|real| !is_own(real)) {
            self.notes.push(format!(
                "{REQUIREMENTS} is a link that leads out of the project: what it asks for is not looked at"
            ));
            return;
        }
        let text = match read_bounded(&path, MOST_TEXT_BYTES) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return,
            Err(error) => {
                self.problems
                    .push(format!("{REQUIREMENTS} cannot be read: {error}"));
                return;
            }
        };
        for line in requirements::parse(&text) {
            match line.content {
                Content::Package { .. } if !line.needs_consent() => {}
                Content::Wrong(why) => self.problems.push(format!("{REQUIREMENTS}, {line}: {why}")),
                _ => self
                    .notes
                    .push(format!("{REQUIREMENTS}, {line}: {}", line.risk())),
            }
        }
    }
}

fn named(node: &Node) -> String {
    format!("\"{}\" ({})", node.title(), node.key)
}

/// May an input of this type hold the value?
fn holds(ty: &ValueType, value: &Value) -> bool {
    use ValueType as T;
    match (ty, value) {
        (T::Any, _)
        | (T::None | T::Optional(_), Value::None)
        | (T::Int, Value::Int(_) | Value::Bool(_))
        | (T::Float, Value::Int(_) | Value::Float(_) | Value::Bool(_))
        | (T::Bool, Value::Bool(_))
        | (T::Text | T::Path | T::Bytes | T::Colour | T::Date, Value::Text(_))
        | (T::Dict, Value::Map(_)) => true,
        (T::Secret, _) => value.secret_name().is_some(),
        (T::List(item), Value::List(items)) => items.iter().all(|value| holds(item, value)),
        (T::Optional(inner), _) => holds(inner, value),
        (T::Union(members), _) => members.iter().any(|member| holds(member, value)),
        _ => false,
    }
}
