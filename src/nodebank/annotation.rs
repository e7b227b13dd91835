//! Annotations: the type of a port and the widget that edits it. The table in `docs/nodes.md` says the same in words;
//! change both together. Evaluates nothing.

use std::cell::Cell;

use ruff_python_ast::{Expr, Operator};

use super::literal::literal;
use super::names::{Meaning, Names, Record};
use super::syntax;
use super::widget;
use crate::graph::{Value, ValueType, Widget};

/// Types inside types that are followed; what lies deeper is `any`.
const DEEPEST: usize = 40;
/// Expressions that are read for one annotation: aliases of aliases can double with each step.
const MOST_STEPS: usize = 2_000;

/// What an annotation says of a port.
#[derive(Clone, Debug, PartialEq)]
pub struct Annotation {
    pub ty: ValueType,
    /// `None`: the one that is usual for the type.
    pub widget: Option<Widget>,
}

impl Annotation {
    pub fn plain(ty: ValueType) -> Self {
        Self { ty, widget: None }
    }
}

/// Reads the annotations of one function.
pub struct Types<'a> {
    names: &'a Names<'a>,
    /// Type parameters, as in `def first[T](items: list[T])`.
    generic: Vec<&'a str>,
    steps: Cell<usize>,
}

impl<'a> Types<'a> {
    pub fn new(names: &'a Names<'a>, generic: Vec<&'a str>) -> Self {
        Self {
            names,
            generic,
            steps: Cell::new(0),
        }
    }

    /// Type and widget of an annotation. What is no type at all is `any`; an error is a widget that cannot be made.
    pub fn read(&self, expr: &Expr) -> Result<Annotation, String> {
        self.steps.set(0);
        self.within(expr, DEEPEST)
    }

    fn within(&self, expr: &Expr, depth: usize) -> Result<Annotation, String> {
        let any = || Ok(Annotation::plain(ValueType::Any));
        let Some(depth) = depth.checked_sub(1) else {
            return any();
        };
        self.steps.set(self.steps.get() + 1);
        if self.steps.get() > MOST_STEPS {
            return any();
        }
        match expr {
            Expr::NoneLiteral(_) => Ok(Annotation::plain(ValueType::None)),
            Expr::StringLiteral(text) => {
                let quoted = text.value.to_str().trim();
                syntax::expression(quoted, |expr| self.within(expr, depth)).unwrap_or_else(any)
            }
            Expr::BinOp(both) if both.op == Operator::BitOr => {
                // `A | B | C` leans to the left: followed by a loop, so that a long one costs no depth.
                let mut members = vec![&*both.right];
                let mut rest = &*both.left;
                while let Expr::BinOp(both) = rest
                    && both.op == Operator::BitOr
                    && members.len() < MOST_STEPS
                {
                    members.push(&both.right);
                    rest = &both.left;
                }
                members.push(rest);
                self.union(members.into_iter().rev(), depth)
            }
            Expr::Name(name) if self.generic.contains(&name.id.as_str()) => any(),
            Expr::Name(_) | Expr::Attribute(_) => match self.names.meaning(expr) {
                Some(Meaning::Class(class)) => {
                    Ok(Annotation::plain(match self.names.record(class) {
                        Some(Record::TypedDict) => ValueType::Dict,
                        _ => ValueType::Custom(class.name.as_str().into()),
                    }))
                }
                Some(Meaning::Assigned(alias)) => self.within(alias, depth),
                Some(Meaning::Imported(path) | Meaning::Bare(path)) => {
                    Ok(Annotation::plain(of_path(&path)))
                }
                None => any(),
            },
            Expr::Subscript(subscript) => {
                let arguments = match &*subscript.slice {
                    Expr::Tuple(several) => several.elts.as_slice(),
                    one => std::slice::from_ref(one),
                };
                self.generic(&subscript.value, arguments, depth)
            }
            _ => any(),
        }
    }

    /// `of[arguments]`.
    fn generic(&self, of: &Expr, arguments: &[Expr], depth: usize) -> Result<Annotation, String> {
        let Some(Meaning::Imported(path) | Meaning::Bare(path)) = self.names.meaning(of) else {
            return self.within(of, depth);
        };
        let first = || {
            arguments
                .first()
                .map_or(Ok(Annotation::plain(ValueType::Any)), |first| {
                    self.within(first, depth)
                })
        };
        if is_typing(&path) {
            match last(&path) {
                "Annotated" => {
                    let mut annotation = first()?;
                    for extra in arguments.iter().skip(1) {
                        if let Some(widget) = widget::read(extra, self.names)? {
                            annotation.widget = Some(widget);
                            break;
                        }
                    }
                    return Ok(annotation);
                }
                "Literal" => return Ok(of_literals(arguments)),
                "Optional" => {
                    return Ok(union_of(vec![first()?, Annotation::plain(ValueType::None)]));
                }
                "Union" => return self.union(arguments.iter(), depth),
                "Final" | "ClassVar" | "Required" | "NotRequired" | "ReadOnly" | "Awaitable"
                | "Coroutine" => return first(),
                "tuple" | "Tuple" => {
                    let is_open = matches!(arguments, [_, Expr::EllipsisLiteral(_)]);
                    let item = if is_open { first()?.ty } else { ValueType::Any };
                    return Ok(Annotation::plain(ValueType::List(Box::new(item))));
                }
                _ => {}
            }
        }
        match of_path(&path) {
            ValueType::List(_) => Ok(Annotation::plain(ValueType::List(Box::new(first()?.ty)))),
            other => Ok(Annotation::plain(other)),
        }
    }

    fn union<'e>(
        &self,
        members: impl Iterator<Item = &'e Expr>,
        depth: usize,
    ) -> Result<Annotation, String> {
        let members = members.map(|member| self.within(member, depth));
        Ok(union_of(members.collect::<Result<_, _>>()?))
    }
}

/// `A | B`: flat, each member once, None made into Optional.
fn union_of(annotations: Vec<Annotation>) -> Annotation {
    let mut types: Vec<ValueType> = Vec::new();
    let mut widgets = Vec::new();
    let mut has_none = false;
    for Annotation { ty, widget } in annotations {
        let ty = match ty {
            ValueType::Optional(inner) => {
                has_none = true;
                *inner
            }
            ty => ty,
        };
        match ty {
            ValueType::None => {
                has_none = true;
                continue;
            }
            ValueType::Union(members) => types.extend(members),
            ty => types.push(ty),
        }
        widgets.push(widget);
    }
    let mut seen = Vec::new();
    types.retain(|ty| {
        let is_new = !seen.contains(ty);
        if is_new {
            seen.push(ty.clone());
        }
        is_new
    });
    if types.contains(&ValueType::Any) {
        types = vec![ValueType::Any];
    }
    let ty = match types.len() {
        0 => ValueType::None,
        1 => types.remove(0),
        _ => ValueType::Union(types),
    };
    let ty = if has_none && !matches!(ty, ValueType::Any | ValueType::None) {
        ValueType::Optional(Box::new(ty))
    } else {
        ty
    };
    Annotation {
        ty,
        widget: widget_of_union(widgets),
    }
}

/// That of the first member. Choices are put together; beside a type whose values cannot be listed they become text,
/// or the other values could not be given at all.
fn widget_of_union(widgets: Vec<Option<Widget>>) -> Option<Widget> {
    let has_other = widgets
        .iter()
        .any(|widget| !matches!(widget, Some(Widget::Choice(_))));
    let mut choices: Vec<Value> = Vec::new();
    let mut first = None;
    for (i, widget) in widgets.into_iter().enumerate() {
        match widget {
            Some(Widget::Choice(more)) => {
                for choice in more {
                    if !choices.contains(&choice) {
                        choices.push(choice);
                    }
                }
            }
            widget if i == 0 => first = widget,
            _ => {}
        }
    }
    match (choices.is_empty(), has_other) {
        (true, _) => first,
        (false, false) => Some(Widget::Choice(choices)),
        (false, true) => Some(Widget::Text { multiline: false }),
    }
}

fn of_literals(arguments: &[Expr]) -> Annotation {
    let mut choices = Vec::new();
    let mut types = Vec::new();
    for argument in arguments {
        let Some(value) = literal(argument) else {
            return Annotation::plain(ValueType::Any);
        };
        types.push(Annotation::plain(match value {
            Value::None => ValueType::None,
            Value::Bool(_) => ValueType::Bool,
            Value::Int(_) => ValueType::Int,
            Value::Float(_) => ValueType::Float,
            Value::Text(_) if argument.is_bytes_literal_expr() => ValueType::Bytes,
            Value::Text(_) => ValueType::Text,
            Value::List(_) | Value::Map(_) => ValueType::Any,
        }));
        if !choices.contains(&value) {
            choices.push(value);
        }
    }
    Annotation {
        ty: union_of(types).ty,
        widget: Some(Widget::Choice(choices)),
    }
}

/// The type that a path means, by its first and last part: libraries move their classes about inside.
fn of_path(path: &str) -> ValueType {
    use ValueType as T;
    let list = || T::List(Box::new(T::Any));
    let (first, last) = (first(path), last(path));
    let is_bare = first == path;
    // A name on its own that the file does not define is a builtin, or imported where it is not seen.
    let of = |libraries: &[&str]| is_bare || libraries.contains(&first);
    match last {
        "int" if of(&["builtins"]) => T::Int,
        "float" if of(&["builtins"]) => T::Float,
        "bool" if of(&["builtins"]) => T::Bool,
        "str" | "Text" if is_typing(path) => T::Text,
        "bytes" | "bytearray" | "memoryview" | "ByteString" if is_typing(path) => T::Bytes,
        "object" | "Any" | "AnyStr" | "TypeVar" if is_typing(path) => T::Any,
        "NoneType" if of(&["types"]) => T::None,
        "None" | "NoReturn" | "Never" if is_typing(path) => T::None,
        "list" | "tuple" | "set" | "frozenset" | "List" | "Tuple" | "Set" | "FrozenSet"
        | "AbstractSet" | "MutableSet" | "Sequence" | "MutableSequence" | "Iterable"
        | "Iterator" | "Generator" | "AsyncIterator" | "AsyncGenerator" | "AsyncIterable"
        | "Collection" | "deque" | "Deque"
            if is_typing(path) =>
        {
            list()
        }
        "dict" | "Dict" | "Mapping" | "MutableMapping" | "OrderedDict" | "defaultdict"
        | "DefaultDict" | "Counter"
            if is_typing(path) =>
        {
            T::Dict
        }
        "Path" | "PurePath" | "PosixPath" | "WindowsPath" if of(&["pathlib"]) => T::Path,
        "PathLike" if of(&["os"]) => T::Path,
        "date" | "datetime" if of(&["datetime", "dt"]) => T::Date,
        "DataFrame" if of(&["pandas", "polars", "pd", "pl"]) => T::Table,
        "ndarray" | "NDArray" if of(&["numpy", "np", "npt"]) => T::Array,
        "Image" if of(&["PIL"]) => T::Image,
        "Figure" if of(&["matplotlib", "plt"]) => T::Figure,
        "Colour" if first == "loom" => T::Colour,
        "Secret" if first == "loom" => T::Secret,
        "Table" if first == "loom" => T::Table,
        "Array" if first == "loom" => T::Array,
        "Image" if first == "loom" => T::Image,
        "Figure" if first == "loom" => T::Figure,
        _ => T::Custom(last.into()),
    }
}

fn is_typing(path: &str) -> bool {
    matches!(
        first(path),
        "typing" | "typing_extensions" | "collections" | "builtins"
    ) || !path.contains('.')
}

fn first(path: &str) -> &str {
    path.split('.').next().unwrap_or(path)
}

fn last(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}
