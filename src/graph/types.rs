//! Types along links: what really flows through a port once reroutes are looked through, and whether a link may be
//! made.

use super::{EditError, Fit, Graph, InputSpec, Link, OutputSpec, Port, Role, ValueType, fit};

impl Graph {
    /// The type that flows out of an output; through reroutes it is that of the node before them. `None`: the node
    /// or the port is not there.
    pub fn output_type(&self, port: &Port) -> Option<&ValueType> {
        let mut port = port;
        loop {
            let node = self.node(port.node)?;
            let source = (node.kind.role == Role::Reroute)
                .then(|| self.incoming(port.node).first())
                .flatten();
            match source {
                Some(link) => port = &link.from,
                None => return node.kind.output(&port.name).map(|output| &output.ty),
            }
        }
    }

    /// How a link's value fits the input it leads to; `None` when an end is not there.
    pub fn fit_of(&self, link: &Link) -> Option<Fit> {
        let from = self.output_type(&link.from)?;
        let to = self.node(link.to.node)?.kind.input(&link.to.name)?;
        Some(fit(from, &to.ty))
    }

    /// May this link be made, the link that the input has now aside? The types decide as well as the shape.
    pub fn check_link(&self, link: &Link) -> Result<Fit, EditError> {
        self.ends(link)?;
        let from = self
            .output_type(&link.from)
            .ok_or_else(|| EditError::NoPort(link.from.clone()))?;
        let mut worst = Fit::Same;
        for to in self.readers(&link.to) {
            let fits = fit(from, to);
            if fits == Fit::Refused {
                return Err(EditError::Types {
                    from: from.clone(),
                    to: to.clone(),
                });
            }
            if fits == Fit::Converts {
                worst = fits;
            }
        }
        if self.reaches(link.to.node, link.from.node) {
            return Err(EditError::Cycle);
        }
        Ok(worst)
    }

    /// Types of the inputs that read what is given to `input`: its own, or those behind a reroute.
    fn readers(&self, input: &Port) -> Vec<&ValueType> {
        let mut types = Vec::new();
        let mut stack = vec![input];
        while let Some(port) = stack.pop() {
            let Some(node) = self.node(port.node) else {
                continue;
            };
            if node.kind.role == Role::Reroute {
                stack.extend(self.outgoing(port.node).iter().map(|link| &link.to));
            } else {
                types.extend(node.kind.input(&port.name).map(|input| &input.ty));
            }
        }
        types
    }

    fn ends(&self, link: &Link) -> Result<(&OutputSpec, &InputSpec), EditError> {
        let node = |id| self.node(id).ok_or(EditError::NoNode(id));
        let (from, to) = (node(link.from.node)?, node(link.to.node)?);
        if from.parent != to.parent {
            return Err(EditError::OtherSubgraph);
        }
        let output = from.kind.output(&link.from.name);
        let input = to.kind.input(&link.to.name);
        Ok((
            output.ok_or_else(|| EditError::NoPort(link.from.clone()))?,
            input.ok_or_else(|| EditError::NoPort(link.to.clone()))?,
        ))
    }
}
