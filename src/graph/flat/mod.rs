//! Flat: a graph as it runs. Subgraphs are replaced by their nodes, reroutes and bypassed nodes by what flows through
//! them, muted nodes and all that needs them are left out, and so is what only decorates. The result is again a Graph,
//! of functions alone, kept up to date by edits, so that whoever runs it sees what changed and nothing else.

mod expand;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use expand::{Expansion, Resolver, Source};

use super::{Edit, Graph, Link, LoopPart, Mode, Node, NodeId, Port, Role, Value};

/// The flat form of one graph.
#[derive(Clone, Debug, Default)]
pub struct Flat {
    graph: Graph,
    ids: Ids,
    /// Nodes that are left out, with the muted node that is why.
    muted: BTreeMap<NodeId, NodeId>,
    /// All flat nodes of a node that stands for a subgraph.
    inside: HashMap<NodeId, Vec<NodeId>>,
    /// Revision of the graph that this is the form of.
    of_revision: u64,
    /// Nodes whose inputs hold values here that they do not hold in that graph.
    tried: BTreeSet<NodeId>,
    is_plain: bool,
    is_too_large: bool,
}

/// Numbers of flat nodes: those of the graph around all keep theirs, those inside of subgraphs get one for each node
/// that stands for the subgraph.
#[derive(Clone, Debug, Default)]
struct Ids {
    by_place: HashMap<(Option<NodeId>, NodeId), NodeId>,
    places: HashMap<NodeId, (Option<NodeId>, NodeId)>,
    next: u32,
}

impl Ids {
    fn find(&self, instance: Option<NodeId>, node: NodeId) -> Option<NodeId> {
        let is_itself = instance.is_none() && !self.places.contains_key(&node);
        let given = self.by_place.get(&(instance, node)).copied();
        given.or_else(|| is_itself.then_some(node))
    }

    fn give(&mut self, instance: Option<NodeId>, node: NodeId) -> NodeId {
        if let Some(id) = self.find(instance, node) {
            return id;
        }
        let id = NodeId(self.next);
        self.next += 1;
        self.by_place.insert((instance, node), id);
        self.places.insert(id, (instance, node));
        id
    }

    fn place(&self, id: NodeId) -> (Option<NodeId>, NodeId) {
        self.places.get(&id).copied().unwrap_or((None, id))
    }
}

impl Flat {
    /// What `is_too_large` means, and what to do.
    pub const TOO_LARGE: &str = "the subgraphs stand in each other so often that more than a million nodes would run, or more than 100 deep; use fewer of them";

    pub fn of(graph: &Graph) -> Self {
        let mut flat = Self::default();
        flat.update(graph);
        flat
    }

    /// The functions that run and the links between them.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// Follow the graph. What only moves costs nothing; where there is nothing to expand only what changed is looked
    /// at.
    pub fn update(&mut self, graph: &Graph) {
        self.update_with(graph, &[]);
    }

    /// The same as if these inputs held these values, until the next update: what a gesture would make that has not
    /// ended. One that then ends so changes nothing.
    pub fn update_with(&mut self, graph: &Graph, values: &[(Port, Value)]) {
        let mut since = self.of_revision;
        let is_as_it_is = values.is_empty() && self.tried.is_empty();
        if since == graph.revision() && is_as_it_is {
            return;
        }
        self.of_revision = graph.revision();
        if graph.is_plain() && since == 0 {
            self.graph = graph.clone();
            self.is_plain = true;
            if is_as_it_is {
                return;
            }
            since = graph.revision();
        }
        let to_try = values.iter().map(|(input, _)| input.node).collect();
        let tried = std::mem::replace(&mut self.tried, to_try);
        let was_plain = std::mem::replace(&mut self.is_plain, graph.is_plain());
        if was_plain && self.is_plain && self.ids.places.is_empty() {
            self.follow_plain(graph, since, tried, values);
            return;
        }
        if is_as_it_is
            && !was_plain
            && !self.is_plain
            && graph.changed_result_since(since).next().is_none()
            && graph.removed_since(since).next().is_none()
        {
            return;
        }
        if values.is_empty() {
            self.rebuild(graph);
            return;
        }
        // A value of a subgraph's node may go anywhere inside.
        let mut graph = graph.clone();
        for (input, value) in values {
            let (input, value) = (input.clone(), Some(value.clone()));
            graph.apply(Edit::SetValue { input, value }).ok();
        }
        self.rebuild(&graph);
    }

    /// All flat nodes that a node of the graph stands for, wherever it is used.
    pub fn uses(&self, node: NodeId) -> Vec<NodeId> {
        let inside = self.ids.places.iter().filter(|(_, place)| place.1 == node);
        let itself = self.ids.find(None, node);
        let ids: BTreeSet<NodeId> = inside.map(|(id, _)| *id).chain(itself).collect();
        let mut uses = BTreeSet::new();
        for id in ids {
            match self.inside.get(&id) {
                Some(inside) => uses.extend(inside.iter().copied()),
                None => drop(uses.insert(id)),
            }
        }
        uses.retain(|id| self.graph.node(*id).is_some());
        uses.into_iter().collect()
    }

    /// The flat node of a node inside the subgraphs that the nodes of `path` stand for, the outermost first.
    pub fn id_at(&self, path: &[NodeId], node: NodeId) -> Option<NodeId> {
        self.within(path, |instance| self.ids.find(instance, node))
    }

    /// Where a flat node stands: the nodes to open, the outermost first, and the node.
    pub fn place(&self, id: NodeId) -> (Vec<NodeId>, NodeId) {
        let (mut instance, node) = self.ids.place(id);
        let mut path = Vec::new();
        while let Some(id) = instance {
            let (outer, node) = self.ids.place(id);
            path.push(node);
            instance = outer;
        }
        path.reverse();
        (path, node)
    }

    /// All flat nodes of a node that stands for a subgraph, at whatever depth.
    pub fn inside(&self, id: NodeId) -> &[NodeId] {
        self.inside.get(&id).map_or(&[], Vec::as_slice)
    }

    /// Nodes that do not run, with the muted node that is why.
    pub fn muted(&self) -> &BTreeMap<NodeId, NodeId> {
        &self.muted
    }

    /// Nested subgraphs make more nodes than can be run: nothing was expanded.
    pub fn is_too_large(&self) -> bool {
        self.is_too_large
    }

    /// The function and its output whose value is on a port; `None` where there is none.
    pub fn source(&self, graph: &Graph, path: &[NodeId], port: &Port) -> Option<(NodeId, usize)> {
        let resolver = Resolver::new(graph, &self.ids);
        let Source::Output(id, name) =
            self.within(path, |instance| Some(resolver.source(instance, port)))?
        else {
            return None;
        };
        let output = self.graph.node(id)?.kind.output_index(&name)?;
        Some((id, output))
    }

    /// What is to run so that these nodes have a value: functions themselves, all of a subgraph, what a reroute reads.
    pub fn targets(&self, graph: &Graph, path: &[NodeId], nodes: &[NodeId]) -> Vec<NodeId> {
        let mut targets = BTreeSet::new();
        for node in nodes.iter().filter_map(|id| graph.node(*id)) {
            let Some(id) = self.id_at(path, node.id) else {
                continue;
            };
            let is_bypassed = node.style.mode == Mode::Bypassed;
            match node.kind.role {
                Role::Function if !is_bypassed => drop(targets.insert(id)),
                Role::Subgraph(_) if !is_bypassed => targets.extend(self.inside(id)),
                _ => {
                    let ports = node.kind.outputs.iter();
                    let sources = ports.filter_map(|output| {
                        let port = Port::new(node.id, output.name.clone());
                        self.source(graph, path, &port)
                    });
                    targets.extend(sources.map(|(id, _)| id));
                }
            }
        }
        targets.retain(|id| self.graph.node(*id).is_some());
        targets.into_iter().collect()
    }

    /// Look for something where the subgraphs of `path` are open; `None` when the path leads nowhere.
    fn within<R>(
        &self,
        path: &[NodeId],
        find: impl FnOnce(Option<NodeId>) -> Option<R>,
    ) -> Option<R> {
        let mut instance = None;
        for node in path {
            instance = Some(self.ids.find(instance, *node)?);
        }
        find(instance)
    }

    fn follow_plain(
        &mut self,
        graph: &Graph,
        since: u64,
        tried: BTreeSet<NodeId>,
        values: &[(Port, Value)],
    ) {
        let mut wanted = Wanted::new();
        for id in graph.removed_since(since) {
            wanted.insert(id, None);
        }
        let to_try = self.tried.iter().copied();
        for id in graph.changed_since(since).chain(tried).chain(to_try) {
            let node = graph.node(id).cloned();
            wanted.insert(id, node.map(|node| (node, graph.incoming(id).to_vec())));
        }
        for (input, value) in values {
            if let Some(Some((node, _))) = wanted.get_mut(&input.node) {
                node.values.insert(input.name.clone(), value.clone());
            }
        }
        apply(&mut self.graph, wanted);
    }

    fn rebuild(&mut self, graph: &Graph) {
        self.ids.next = self.ids.next.max(graph.next_id().0);
        let expanded = Expansion::of(graph, &mut self.ids);
        self.is_too_large = expanded.is_none();
        let Expansion {
            mut nodes,
            muted,
            inside,
            parts,
        } = expanded.unwrap_or_default();
        self.inside = inside;
        self.muted = leave_out(&mut nodes, &parts, muted);
        let mut wanted: Wanted = nodes.into_iter().map(|(id, it)| (id, Some(it))).collect();
        for node in self.graph.nodes() {
            wanted.entry(node.id).or_insert(None);
        }
        let ids: Vec<NodeId> = wanted.keys().copied().collect();
        apply(&mut self.graph, wanted);
        for id in ids {
            let is_there = self.graph.node(id).is_some();
            let part = parts.get(&id).filter(|_| is_there);
            self.graph.set_loop_part(id, part.cloned());
        }
    }
}

/// Nodes as they are to be, with the links into them; `None`: gone.
type Wanted = BTreeMap<NodeId, Option<(Node, Vec<Link>)>>;

/// Change a graph to hold these nodes, by as few edits as do it: what stays as it is is not touched.
fn apply(graph: &mut Graph, wanted: Wanted) {
    let mut links = Vec::new();
    // What goes makes room first: a node that comes may have the key of one that goes.
    for (id, to) in &wanted {
        let incoming = to.as_ref().map_or(&[][..], |(_, links)| links);
        for link in graph.incoming(*id).to_vec() {
            if !incoming.contains(&link) {
                graph.unlink(&link);
            }
        }
        let stays = |before: &Node| to.as_ref().is_some_and(|(node, _)| node.key == before.key);
        if graph.node(*id).is_some_and(|before| !stays(before)) {
            for link in graph.outgoing(*id).to_vec() {
                graph.unlink(&link);
                links.push(link);
            }
            for link in graph.incoming(*id).to_vec() {
                graph.unlink(&link);
            }
            graph.apply(Edit::RemoveNode(*id)).ok();
        }
    }
    for (id, (node, _)) in wanted
        .iter()
        .filter_map(|(id, to)| Some((*id, to.as_ref()?)))
    {
        match graph.node(id) {
            Some(before) if node == before => {}
            Some(before) => {
                let is_result = before.kind != node.kind || before.values != node.values;
                if let Some(slot) = graph.slot_mut(id) {
                    slot.node = node.clone();
                }
                graph.touch(id, is_result);
            }
            None => drop(graph.insert(node.clone())),
        }
    }
    links.extend(wanted.into_values().flatten().flat_map(|(_, links)| links));
    for link in links {
        let is_there = graph.link_to(link.to.node, &link.to.name) == Some(&link);
        if !is_there && graph.check_ends(&link).is_ok() {
            graph.link(link);
        }
    }
}

/// Take muted nodes out, and what needs them; each is returned with the muted node that is why.
///
/// A loop over a subgraph goes with what gives its inputs. Of what is muted inside it, the loop gives nothing, and the
/// rest as ever.
fn leave_out(
    nodes: &mut BTreeMap<NodeId, (Node, Vec<Link>)>,
    parts: &BTreeMap<NodeId, LoopPart>,
    muted: Vec<NodeId>,
) -> BTreeMap<NodeId, NodeId> {
    let mut readers: HashMap<NodeId, Vec<NodeId>> = HashMap::new();
    if muted.is_empty() {
        return BTreeMap::new();
    }
    let is_exit = |id: &NodeId| parts.get(id).is_some_and(|part| part.exit.is_some());
    for link in nodes.values().flat_map(|(_, links)| links) {
        if !is_exit(&link.to.node) {
            let of = readers.entry(link.from.node).or_default();
            of.push(link.to.node);
        }
    }
    for (exit, part) in parts {
        if let Some((entry, _)) = &part.exit {
            readers.entry(*entry).or_default().push(*exit);
        }
    }
    let mut left_out = BTreeMap::new();
    let mut stack: Vec<_> = muted.into_iter().map(|id| (id, id)).collect();
    while let Some((id, cause)) = stack.pop() {
        if left_out.contains_key(&id) {
            continue;
        }
        left_out.insert(id, cause);
        nodes.remove(&id);
        let next = readers.get(&id).into_iter().flatten();
        stack.extend(next.map(|reader| (*reader, cause)));
    }
    for (_, (_, links)) in nodes.iter_mut().filter(|(id, _)| is_exit(id)) {
        links.retain(|link| !left_out.contains_key(&link.from.node));
    }
    left_out
}

#[cfg(test)]
mod tests;
