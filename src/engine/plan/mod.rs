//! Planner: a graph as the engine needs it, each time only what changed since the last. Mirror: what the supervisor
//! knows of the graph, to send it to whichever process runs now. Reads no file and sends nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;

use super::protocol::{PlanKind, PlanLoop, PlanNode, Repeats, RunMessage};
use crate::graph::{
    Bank, Call, Graph, InputSpec, KindState, Looping, Node, NodeId, NodeKind, ResultShape, Value,
    one_call,
};

/// What changed in a graph since the plan before.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    pub revision: u64,
    /// Everything is here: forget what was before.
    pub is_whole: bool,
    /// Kinds that were not in a plan before.
    pub kinds: Vec<Arc<PlanKind>>,
    pub nodes: Vec<Arc<PlanNode>>,
    pub removed: Vec<NodeId>,
}

/// Makes plans of one graph.
#[derive(Debug, Default)]
pub struct Planner {
    revision: Option<u64>,
    /// Number by the kind's address. The kind is kept with it, so no other can take its place in memory.
    kinds: HashMap<usize, (u32, Arc<NodeKind>)>,
    /// Number of the kind that a node had in the last plan, by node.
    kind_of: Vec<Option<u32>>,
}

/// The graph as it was planned last, on the supervisor's side.
#[derive(Debug, Default)]
pub struct Mirror {
    pub revision: u64,
    kinds: BTreeMap<u32, Arc<PlanKind>>,
    nodes: Vec<Option<Arc<PlanNode>>>,
    blocked: BTreeMap<NodeId, Arc<str>>,
    /// It is another graph than the one that was taken last: there are no changes to tell, only the whole.
    is_new: bool,
    /// What changed since `take`.
    new_kinds: Vec<u32>,
    changed: BTreeSet<NodeId>,
    removed: BTreeSet<NodeId>,
}

impl Planner {
    /// What changed in `graph` since the last call. A graph of another document needs another planner, unless its
    /// revision is lower.
    pub fn plan(&mut self, graph: &Graph) -> Plan {
        let is_whole = self.revision.is_none_or(|last| last > graph.revision());
        if is_whole {
            *self = Self::default();
        }
        let since = self.revision.unwrap_or(0);
        let mut plan = Plan {
            revision: graph.revision(),
            is_whole,
            ..Plan::default()
        };
        if is_whole {
            for node in graph.nodes() {
                self.add(graph, node, &mut plan);
            }
        } else if since < graph.revision() {
            let changed: Vec<NodeId> = graph.changed_result_since(since).collect();
            let mut others = BTreeSet::new();
            for id in &changed {
                let Some(node) = graph.node(*id) else {
                    continue;
                };
                let before = self.kind_of.get(id.0 as usize).copied().flatten();
                if Some(self.add(graph, node, &mut plan)) != before {
                    // The place of an output may be another now, and links are sent by place.
                    others.extend(graph.outgoing(*id).iter().map(|link| link.to.node));
                }
            }
            for id in changed {
                others.remove(&id);
            }
            for node in others.into_iter().filter_map(|id| graph.node(id)) {
                self.add(graph, node, &mut plan);
            }
            plan.removed = graph.removed_since(since).collect();
        }
        self.revision = Some(plan.revision);
        plan
    }

    /// Returns the number of the node's kind.
    fn add(&mut self, graph: &Graph, node: &Node, plan: &mut Plan) -> u32 {
        let next = self.kinds.len() as u32;
        // What is called is one call's kind, however often it is called.
        let called = one_call(&node.kind);
        let address = Arc::as_ptr(called) as usize;
        let (kind, _) = self.kinds.entry(address).or_insert_with(|| {
            plan.kinds.push(Arc::new(plan_kind(next, called)));
            (next, Arc::clone(called))
        });
        plan.nodes.push(Arc::new(plan_node(graph, node, *kind)));
        let at = node.id.0 as usize;
        if self.kind_of.len() <= at {
            self.kind_of.resize(at + 1, None);
        }
        self.kind_of[at] = Some(*kind);
        *kind
    }
}

impl Mirror {
    pub fn apply(&mut self, plan: Plan) {
        if plan.is_whole {
            *self = Self {
                is_new: true,
                ..Self::default()
            };
        }
        self.revision = plan.revision;
        for kind in plan.kinds {
            self.new_kinds.push(kind.kind);
            self.kinds.insert(kind.kind, kind);
        }
        for id in plan.removed {
            if let Some(slot) = self.nodes.get_mut(id.0 as usize) {
                *slot = None;
            }
            self.blocked.remove(&id);
            self.changed.remove(&id);
            if !self.is_new {
                self.removed.insert(id);
            }
        }
        for node in plan.nodes {
            let id = node.id;
            match &node.blocked {
                Some(why) => self.blocked.insert(id, Arc::clone(why)),
                None => self.blocked.remove(&id),
            };
            let at = id.0 as usize;
            if self.nodes.len() <= at {
                self.nodes.resize(at + 1, None);
            }
            self.nodes[at] = Some(node);
            if !self.is_new {
                self.changed.insert(id);
                self.removed.remove(&id);
            }
        }
    }

    /// What a process that holds revision `held` must be sent; it is whole where that is no use.
    pub fn take(&mut self, held: Option<u64>) -> Plan {
        if self.is_new || held.is_none() {
            self.take_whole()
        } else {
            self.take_changes()
        }
    }

    fn take_changes(&mut self) -> Plan {
        let nodes = std::mem::take(&mut self.changed)
            .into_iter()
            .filter_map(|id| self.node(id).cloned())
            .collect();
        let kinds = std::mem::take(&mut self.new_kinds)
            .into_iter()
            .filter_map(|kind| self.kinds.get(&kind).cloned())
            .collect();
        Plan {
            revision: self.revision,
            is_whole: false,
            kinds,
            nodes,
            removed: std::mem::take(&mut self.removed).into_iter().collect(),
        }
    }

    fn take_whole(&mut self) -> Plan {
        self.is_new = false;
        self.new_kinds.clear();
        self.changed.clear();
        self.removed.clear();
        let nodes: Vec<_> = self.nodes().cloned().collect();
        let used: BTreeSet<u32> = nodes.iter().map(|node| node.kind).collect();
        self.kinds.retain(|kind, _| used.contains(kind));
        Plan {
            revision: self.revision,
            is_whole: true,
            kinds: self.kinds.values().cloned().collect(),
            nodes,
            removed: Vec::new(),
        }
    }

    /// The whole graph, for a process that is to run nothing.
    pub fn load_message(&mut self) -> RunMessage {
        let plan = self.take(None);
        RunMessage {
            run: 0,
            revision: plan.revision,
            base: None,
            kinds: plan.kinds,
            nodes: plan.nodes,
            removed: Vec::new(),
            targets: Some(Vec::new()),
            blocked: Vec::new(),
            force: Vec::new(),
            workers: 1,
            keep: Vec::new(),
            pause: Vec::new(),
            step: false,
        }
    }

    /// Nodes that cannot run, with why.
    pub fn blocked(&self) -> impl Iterator<Item = (NodeId, &Arc<str>)> {
        self.blocked.iter().map(|(id, why)| (*id, why))
    }

    pub fn node(&self, id: NodeId) -> Option<&Arc<PlanNode>> {
        self.nodes.get(id.0 as usize)?.as_ref()
    }

    pub fn nodes(&self) -> impl Iterator<Item = &Arc<PlanNode>> {
        self.nodes.iter().flatten()
    }

    /// The nodes that a run of `targets` has to do with, in the order of ids.
    pub fn scope(&self, targets: Option<&[NodeId]>) -> Vec<NodeId> {
        let Some(targets) = targets else {
            return self.nodes().map(|node| node.id).collect();
        };
        let mut is_in = BTreeSet::new();
        let mut stack = targets.to_vec();
        while let Some(node) = stack.pop().and_then(|id| self.node(id)) {
            if is_in.insert(node.id) {
                stack.extend(node.links.iter().map(|(_, source, _)| *source));
            }
        }
        is_in.into_iter().collect()
    }
}

fn plan_kind(number: u32, kind: &NodeKind) -> PlanKind {
    PlanKind {
        kind: number,
        title: kind.title.to_string(),
        file: kind
            .file
            .as_deref()
            .map_or_else(String::new, |file| file.to_string_lossy().into_owned()),
        function: kind.function.to_string(),
        inputs: kind
            .inputs
            .iter()
            .map(|input| (input.name.to_string(), input.ty.notation()))
            .collect(),
        outputs: kind
            .outputs
            .iter()
            .map(|output| output.name.to_string())
            .collect(),
        call: match kind.call {
            Call::Named => "named",
            Call::Positional => "positional",
        }
        .to_owned(),
        result: match kind.result {
            ResultShape::Single => "single",
            ResultShape::Tuple => "tuple",
            ResultShape::Dict => "dict",
            ResultShape::Spread => "spread",
        }
        .to_owned(),
        cache: kind.cache,
        is_async: kind.is_async,
        heavy: kind.is_heavy,
        chooses: kind.chooses.as_ref().map(ToString::to_string),
    }
}

fn plan_node(graph: &Graph, node: &Node, kind: u32) -> PlanNode {
    let mut blocked = why_not(node);
    let mut links = Vec::new();
    for link in graph.incoming(node.id) {
        let source = graph.node(link.from.node);
        let output = source.and_then(|source| source.kind.output_index(&link.from.name));
        match output {
            _ if node.kind.input(&link.to.name).is_none() => {
                blocked.get_or_insert_with(|| {
                    format!(
                        "A link leads to the input \"{}\", which {} does not have any more: \
                         remove the link or bring the input back",
                        link.to.name, node.kind.function
                    )
                });
            }
            None => {
                blocked.get_or_insert_with(|| {
                    let source = source.map_or("a node that is gone", |node| node.title());
                    format!(
                        "The input \"{}\" is linked to the output \"{}\", which \"{source}\" does not have any \
                         more: link it anew",
                        link.to.name, link.from.name
                    )
                });
            }
            Some(output) => links.push((link.to.name.clone(), link.from.node, output as u32)),
        }
    }
    let mut values = Vec::new();
    for input in &node.kind.inputs {
        if graph.link_to(node.id, &input.name).is_some() {
            continue;
        }
        // What chooses is looked at before the function is called, so Python's own default would not be seen.
        let is_choice = node.kind.chooses.as_ref() == Some(&input.name);
        let default = input.default.as_ref().filter(|_| is_choice).cloned();
        if let Some(value) = sent_value(node, input).or(default) {
            if input.is_secret() && value != Value::None && value.secret_name().is_none() {
                blocked.get_or_insert_with(|| {
                    format!(
                        "The input \"{}\" takes a secret, and holds a text that is saved with the project: choose a \
                         secret for it instead",
                        input.name
                    )
                });
                continue;
            }
            values.push((input.name.clone(), value));
        } else if blocked.is_none()
            && node.kind.call == Call::Named
            && input.default.is_none()
            && !input.is_optional
        {
            let how = if input.is_secret() {
                "choose a secret or link it"
            } else {
                "link it or type one"
            };
            blocked = Some(format!("The input \"{}\" has no value: {how}", input.name));
        }
    }
    PlanNode {
        id: node.id,
        kind,
        values,
        links,
        repeats: repeats(graph, node),
        blocked: blocked.map(Arc::from),
    }
}

fn repeats(graph: &Graph, node: &Node) -> Repeats {
    let part = graph.loop_part(node.id);
    let (entry, looping) = match part.and_then(|part| part.exit.as_ref()) {
        Some((entry, looping)) => (Some(entry.0), Some(looping)),
        None => (None, node.looping.as_ref().filter(|it| it.is_some())),
    };
    Repeats {
        inside: part.and_then(|part| part.inside).map(|id| id.0),
        looping: looping.map(|looping| PlanLoop {
            entry,
            ..plan_loop(looping, &node.kind)
        }),
    }
}

/// Names of ports that the kind does not have any more count for nothing.
fn plan_loop(looping: &Looping, kind: &NodeKind) -> PlanLoop {
    let carried = looping.carried.iter();
    let limit = looping.limit.unwrap_or(Looping::LIMIT);
    PlanLoop {
        entry: None,
        map: looping.mapped.iter().map(ToString::to_string).collect(),
        cross: looping.is_cross,
        carry: carried
            .filter_map(|(to, from)| Some((to.to_string(), kind.output_index(from)?)))
            .collect(),
        until: (looping.until.as_ref()).and_then(|name| kind.output_index(name)),
        limit: looping.mapped.is_empty().then_some(limit),
        keep_failed: looping.keeps_failed,
    }
}

/// The value that goes to the engine, if any. A named call leaves out what is not set, so that Python's own default
/// holds; a function of the first Loom has no defaults, and its texts are read by the type that its file gives them.
fn sent_value(node: &Node, input: &InputSpec) -> Option<Value> {
    if !node.kind.is_legacy() {
        return node.values.get(&input.name).cloned();
    }
    let value = node.value(input)?;
    let Value::Text(text) = value else {
        return Some(value.clone());
    };
    let kept = node
        .kept
        .inputs
        .iter()
        .find(|(name, _)| *name == input.name);
    let ty = kept
        .and_then(|(_, fields)| fields.iter().find(|(name, _)| *name == "type"))
        .and_then(|(_, ty)| ty.as_str());
    Some(match ty {
        Some("string" | "str" | "text") => value.clone(),
        _ => Value::from_untyped_text(text),
    })
}

/// Why a kind cannot run.
fn why_not(node: &Node) -> Option<String> {
    let kind = &node.kind;
    match &kind.state {
        KindState::Ready => None,
        KindState::Missing if kind.bank == Bank::Package => Some(format!(
            "The package that brings \"{}\" is not installed: add it again with Node packages…",
            kind.function
        )),
        KindState::Missing => Some(format!(
            "No source was found for \"{0}\": put {0}.py into the project's nodes folder",
            kind.function
        )),
        KindState::Broken { message, line } => {
            let file = kind.file.as_deref().unwrap_or(Path::new("the source"));
            Some(format!(
                "The source cannot be read, line {line}: {message} ({})",
                file.display()
            ))
        }
    }
}

#[cfg(test)]
mod tests;
