//! NodeKind: what a node can be, as read from its source; the Catalog of all known kinds; which ports may link.
//! Reads no file and runs nothing.

use std::collections::HashMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use super::{Name, SubgraphId, Value};

/// Type of a port. The names are those of the protocol and of the savefile.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ValueType {
    Any,
    None,
    Int,
    Float,
    Bool,
    Text,
    Path,
    Bytes,
    Colour,
    Date,
    /// A text that is never written down: what is typed is the name under which it is kept.
    Secret,
    List(Box<ValueType>),
    Dict,
    Table,
    Array,
    Image,
    Figure,
    Optional(Box<ValueType>),
    Union(Vec<ValueType>),
    /// A class of somebody's own, by its name.
    Custom(Name),
}

impl ValueType {
    /// The type without `Optional`, and of a union its first member: what widgets and colours go by.
    pub fn base(&self) -> &ValueType {
        match self {
            Self::Optional(inner) => inner.base(),
            Self::Union(members) => members.first().map_or(self, Self::base),
            _ => self,
        }
    }

    /// Name on the wire: the base type's, without parameters.
    pub fn wire_name(&self) -> &str {
        match self.base() {
            Self::None => "none",
            Self::Int => "int",
            Self::Float => "float",
            Self::Bool => "bool",
            Self::Text => "text",
            Self::Path => "path",
            Self::Bytes => "bytes",
            Self::Colour => "colour",
            Self::Date => "date",
            Self::Secret => "secret",
            Self::List(_) => "list",
            Self::Dict => "dict",
            Self::Table => "table",
            Self::Array => "array",
            Self::Image => "image",
            Self::Figure => "figure",
            Self::Custom(name) => name,
            Self::Any | Self::Optional(_) | Self::Union(_) => "any",
        }
    }
}

impl fmt::Display for ValueType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::List(item) if **item == Self::Any => f.write_str("list"),
            Self::List(item) => write!(f, "list of {item}"),
            Self::Optional(inner) => write!(f, "{inner} or nothing"),
            Self::Union(members) => {
                for (i, member) in members.iter().enumerate() {
                    if i > 0 {
                        f.write_str(" or ")?;
                    }
                    write!(f, "{member}")?;
                }
                Ok(())
            }
            _ => f.write_str(self.wire_name()),
        }
    }
}

/// Whether a value of one type may flow into an input of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fit {
    /// As it is.
    Same,
    /// With a lossless conversion that the link shows.
    Converts,
    /// Not at all.
    Refused,
}

/// May a value of type `from` flow into an input of type `to`?
///
/// `any` takes and gives everything (checked when it runs); a union or optional source fits when one member does,
/// since which one it is shows only then; lists are read-only to nodes and so vary with their items. The engine does
/// the same with the values themselves (`executor/fit.py`); `tests/protocol/fits.jsonl` holds both to it.
pub fn fit(from: &ValueType, to: &ValueType) -> Fit {
    use ValueType as T;
    match (from, to) {
        // What takes a secret hides it: no other input gets one by a link. A text may become one.
        (T::Secret, T::Optional(inner)) => fit(from, inner),
        (T::Secret, T::Union(members)) => best(members.iter().map(|member| fit(from, member))),
        (T::Secret | T::Text, T::Secret) => Fit::Same,
        (T::Secret, _) => Fit::Refused,
        (T::Any, _) | (_, T::Any) => Fit::Same,
        (a, b) if a == b => Fit::Same,
        (T::Union(members), _) => best(members.iter().map(|member| fit(member, to))),
        (_, T::Union(members)) => best(members.iter().map(|member| fit(from, member))),
        (T::None, T::Optional(_)) | (T::Optional(_), T::None) => Fit::Same,
        (T::Optional(inner), T::Optional(outer)) => fit(inner, outer),
        (T::Optional(inner), _) => fit(inner, to),
        (_, T::Optional(inner)) => fit(from, inner),
        (T::List(a), T::List(b)) => fit(a, b),
        (T::Bool, T::Int) | (T::Colour, T::Text) | (T::Text, T::Colour) => Fit::Same,
        (T::Int | T::Bool, T::Float)
        | (T::Path, T::Text)
        | (T::Text, T::Path)
        | (T::Image, T::Array)
        | (T::Array, T::Image) => Fit::Converts,
        _ => Fit::Refused,
    }
}

fn best(fits: impl Iterator<Item = Fit>) -> Fit {
    fits.min_by_key(|fit| match fit {
        Fit::Same => 0,
        Fit::Converts => 1,
        Fit::Refused => 2,
    })
    .unwrap_or(Fit::Refused)
}

/// How an unlinked input is edited, on the node and in the inspector.
#[derive(Clone, Debug, PartialEq)]
pub enum Widget {
    /// Nothing to type: the value comes by link (tables, images, …).
    LinkOnly,
    Number {
        min: Option<f64>,
        max: Option<f64>,
        step: Option<f64>,
        slider: bool,
    },
    Text {
        multiline: bool,
    },
    Checkbox,
    Choice(Vec<Value>),
    Colour,
    OpenFile {
        pattern: Name,
    },
    SaveFile {
        pattern: Name,
    },
    Folder,
    Date,
    /// The name of a secret, and a way to enter it.
    Secret,
}

/// The parts of a pattern for files: `*.csv;*.tsv`.
pub fn patterns(pattern: &str) -> impl Iterator<Item = &str> {
    pattern.split([' ', ';', ',']).map(str::trim)
}

impl Widget {
    /// The widget of a type that names none.
    pub fn of_type(ty: &ValueType) -> Self {
        match ty.base() {
            ValueType::Int | ValueType::Float => Self::Number {
                min: None,
                max: None,
                step: None,
                slider: false,
            },
            ValueType::Bool => Self::Checkbox,
            ValueType::Text | ValueType::Bytes | ValueType::Any => Self::Text { multiline: false },
            ValueType::Path => Self::OpenFile {
                pattern: "*".into(),
            },
            ValueType::Colour => Self::Colour,
            ValueType::Date => Self::Date,
            ValueType::Secret => Self::Secret,
            _ => Self::LinkOnly,
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct InputSpec {
    pub name: Name,
    pub ty: ValueType,
    pub widget: Widget,
    /// What holds when there is neither link nor value; `None`: the input must be given.
    pub default: Option<Value>,
    /// The parameter has a default that is not a literal (`default` is `None` then): it may be left out.
    pub is_optional: bool,
    pub help: Arc<str>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct OutputSpec {
    pub name: Name,
    pub ty: ValueType,
}

/// Where a kind's source lies. Its word in the savefile's `ref` is `wire_name`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Bank {
    /// The project's `nodes/`.
    Project,
    /// The user's own bank, and the one beside the userdata folder.
    Custom,
    /// A package that is installed in the project's environment.
    Package,
    /// Loom's own.
    Builtin,
    /// No source at all: reroutes, frames, notes and subgraphs are the graph's own.
    Graph,
}

impl Bank {
    pub fn wire_name(self) -> &'static str {
        match self {
            Self::Project => "project",
            Self::Custom => "custom",
            Self::Package => "package",
            Self::Builtin => "builtin",
            Self::Graph => "graph",
        }
    }

    pub fn from_wire_name(name: &str) -> Option<Self> {
        let all = [
            Self::Project,
            Self::Custom,
            Self::Package,
            Self::Builtin,
            Self::Graph,
        ];
        all.into_iter().find(|bank| bank.wire_name() == name)
    }
}

/// What nodes of a kind are to the graph.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Role {
    /// A Python function: all that runs.
    #[default]
    Function,
    /// A dot that a link passes through.
    Reroute,
    /// A titled box around nodes.
    Frame,
    /// A text.
    Note,
    /// Stands for a subgraph.
    Subgraph(SubgraphId),
    /// Inside a subgraph: what its inputs hold.
    Inputs(SubgraphId),
    /// Inside a subgraph: what its outputs give.
    Outputs(SubgraphId),
}

impl Role {
    /// The subgraph whose ports make the kind.
    pub fn subgraph(self) -> Option<SubgraphId> {
        match self {
            Self::Subgraph(id) | Self::Inputs(id) | Self::Outputs(id) => Some(id),
            _ => None,
        }
    }

    /// The subgraph that the node stands for and that can be opened.
    pub fn inside(self) -> Option<SubgraphId> {
        match self {
            Self::Subgraph(id) => Some(id),
            _ => None,
        }
    }

    /// Nothing flows through it: it is there to be read.
    pub fn is_decoration(self) -> bool {
        matches!(self, Self::Frame | Self::Note)
    }
}

/// How the engine calls the function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    Named,
    /// Functions of the first Loom: every input in order.
    Positional,
}

/// How the returned value becomes outputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResultShape {
    Single,
    Tuple,
    Dict,
    /// Functions of the first Loom: a tuple or list is spread over the outputs.
    Spread,
}

/// Can a node of this kind run?
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KindState {
    Ready,
    /// No source was found; made from what the savefile tells of the node.
    Missing,
    /// The source cannot be read; `line` counts from 1.
    Broken {
        message: Arc<str>,
        line: u32,
    },
}

/// One node type: a Python function as its source describes it.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeKind {
    pub bank: Bank,
    pub role: Role,
    /// The function's name: with `bank` it is the kind's identity.
    pub function: Name,
    pub title: Name,
    pub family: Name,
    pub keywords: Vec<Name>,
    pub file: Option<Arc<Path>>,
    /// Line of the `def`, from 1.
    pub line: u32,
    /// First line of the help.
    pub summary: Arc<str>,
    /// The whole docstring, indentation removed.
    pub help: Arc<str>,
    pub inputs: Vec<InputSpec>,
    pub outputs: Vec<OutputSpec>,
    pub call: Call,
    pub result: ResultShape,
    pub cache: bool,
    pub is_async: bool,
    /// It takes the processor for long: it is called in a process of its own.
    pub is_heavy: bool,
    /// The input that chooses which of the others is needed: what leads to those that are not does not run.
    pub chooses: Option<Name>,
    pub state: KindState,
    /// The kind of one call, when this is that of a node that is called more than once.
    pub one_call: Option<Arc<NodeKind>>,
}

impl NodeKind {
    /// A kind without ports, the rest as is usual. For the reader of sources and for tests to fill in.
    pub fn new(bank: Bank, function: impl Into<Name>) -> Self {
        let function = function.into();
        Self {
            bank,
            role: Role::Function,
            title: title_from_function(&function).into(),
            function,
            family: "Project".into(),
            keywords: Vec::new(),
            file: None,
            line: 1,
            summary: "".into(),
            help: "".into(),
            inputs: Vec::new(),
            outputs: Vec::new(),
            call: Call::Named,
            result: ResultShape::Single,
            cache: true,
            is_async: false,
            is_heavy: false,
            chooses: None,
            state: KindState::Ready,
            one_call: None,
        }
    }

    /// A stand-in for a kind without source, with the ports that the savefile names.
    pub fn missing(
        bank: Bank,
        function: impl Into<Name>,
        inputs: Vec<Name>,
        outputs: Vec<Name>,
    ) -> Self {
        let mut kind = Self::new(bank, function);
        kind.state = KindState::Missing;
        kind.call = Call::Positional;
        kind.result = ResultShape::Spread;
        kind.inputs = inputs.into_iter().map(InputSpec::untyped).collect();
        kind.outputs = outputs.into_iter().map(OutputSpec::untyped).collect();
        kind
    }

    pub fn input(&self, name: &str) -> Option<&InputSpec> {
        self.inputs.iter().find(|input| input.name == *name)
    }

    pub fn output(&self, name: &str) -> Option<&OutputSpec> {
        self.outputs.iter().find(|output| output.name == *name)
    }

    pub fn output_index(&self, name: &str) -> Option<usize> {
        self.outputs.iter().position(|output| output.name == *name)
    }

    /// Does its source come with Loom or a package, so that it is changed as a copy?
    pub fn is_foreign(&self) -> bool {
        matches!(self.bank, Bank::Builtin | Bank::Package) && self.file.is_some()
    }

    /// A function of the first Loom: its texts are read by `Value::from_untyped_text`.
    pub fn is_legacy(&self) -> bool {
        self.call == Call::Positional
    }

    /// Does it run as the other does? Words for people, widgets and places in the source do not count.
    pub fn runs_like(&self, other: &Self) -> bool {
        let input = |(a, b): (&InputSpec, &InputSpec)| {
            (&a.name, &a.ty, &a.default, a.is_optional)
                == (&b.name, &b.ty, &b.default, b.is_optional)
        };
        let one_calls = (self.one_call.as_deref(), other.one_call.as_deref());
        (self.bank, self.role, &self.function, &self.file)
            == (other.bank, other.role, &other.function, &other.file)
            && (self.call, self.result, &self.outputs, &self.state)
                == (other.call, other.result, &other.outputs, &other.state)
            && (self.cache, self.is_async, self.is_heavy, &self.chooses)
                == (other.cache, other.is_async, other.is_heavy, &other.chooses)
            && self.inputs.len() == other.inputs.len()
            && self.inputs.iter().zip(&other.inputs).all(input)
            && match one_calls {
                (Some(a), Some(b)) => a.runs_like(b),
                (a, b) => a.is_none() && b.is_none(),
            }
    }

    /// `builtin:add`, unique in a catalog.
    pub fn id(&self) -> String {
        format!("{}:{}", self.bank.wire_name(), self.function)
    }
}

impl InputSpec {
    /// An input of any type with a text widget.
    pub fn untyped(name: impl Into<Name>) -> Self {
        Self::new(name, ValueType::Any)
    }

    /// Does it take what is never written down?
    pub fn is_secret(&self) -> bool {
        *self.ty.base() == ValueType::Secret
    }

    pub fn new(name: impl Into<Name>, ty: ValueType) -> Self {
        Self {
            name: name.into(),
            widget: Widget::of_type(&ty),
            ty,
            default: None,
            is_optional: false,
            help: "".into(),
        }
    }
}

impl OutputSpec {
    pub fn untyped(name: impl Into<Name>) -> Self {
        Self {
            name: name.into(),
            ty: ValueType::Any,
        }
    }
}

/// `load_csv` reads as `Load csv`.
pub fn title_from_function(function: &str) -> String {
    let words = function.replace('_', " ");
    let words = words.trim();
    let mut chars = words.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => function.to_owned(),
    }
}

/// All kinds that are known, in the order they are listed: by family, then by title.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    kinds: Vec<Arc<NodeKind>>,
    by_id: HashMap<(Bank, Name), usize>,
}

impl Catalog {
    /// Of two kinds with one identity the first one given stays.
    pub fn new(kinds: impl IntoIterator<Item = Arc<NodeKind>>) -> Self {
        let mut seen = std::collections::HashSet::new();
        let mut kinds: Vec<_> = kinds
            .into_iter()
            .filter(|kind| seen.insert((kind.bank, kind.function.clone())))
            .collect();
        kinds.sort_by(|a, b| (&a.family, &a.title, a.bank).cmp(&(&b.family, &b.title, b.bank)));
        let by_id = kinds
            .iter()
            .enumerate()
            .map(|(i, kind)| ((kind.bank, kind.function.clone()), i))
            .collect();
        Self { kinds, by_id }
    }

    pub fn kinds(&self) -> &[Arc<NodeKind>] {
        &self.kinds
    }

    pub fn get(&self, bank: Bank, function: &str) -> Option<&Arc<NodeKind>> {
        self.by_id
            .get(&(bank, function.into()))
            .map(|i| &self.kinds[*i])
    }

    /// The kind that a savefile's node means: of the bank it names, else the project's, the user's, a package's,
    /// the built-in one of that name. What the user wrote may have moved between their own banks; while its source is
    /// away, a node of Loom's that only has its name does not take its place.
    pub fn resolve(&self, bank: Option<Bank>, function: &str) -> Option<&Arc<NodeKind>> {
        let banks: &[Bank] = match bank {
            Some(Bank::Project | Bank::Custom) => &[Bank::Project, Bank::Custom, Bank::Package],
            _ => &[Bank::Project, Bank::Custom, Bank::Package, Bank::Builtin],
        };
        bank.iter()
            .chain(banks)
            .find_map(|bank| self.get(*bank, function))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_catalog_prefers_the_bank_that_is_named() {
        let catalog = Catalog::new([
            Arc::new(NodeKind::new(Bank::Builtin, "add")),
            Arc::new(NodeKind::new(Bank::Project, "add")),
        ]);
        assert_eq!(
            catalog.resolve(Some(Bank::Builtin), "add").unwrap().bank,
            Bank::Builtin
        );
        assert_eq!(
            catalog.resolve(Some(Bank::Custom), "add").unwrap().bank,
            Bank::Project
        );
        assert!(catalog.resolve(None, "subtract").is_none());
        let built_in = Catalog::new([Arc::new(NodeKind::new(Bank::Builtin, "add"))]);
        assert!(built_in.resolve(None, "add").is_some());
        for own in [Bank::Project, Bank::Custom] {
            assert!(built_in.resolve(Some(own), "add").is_none());
        }
    }
}
