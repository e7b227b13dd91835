//! Wire: the cache's form of what was read, and its making from and into the model. The only serde of this module;
//! these structs belong to the file, so that the model stays free to change. Opens no file.

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::Problem;
use super::read::Reading;
use super::scan::{Found, Stamp};
use crate::graph::{
    Bank, Call, InputSpec, KindState, Name, NodeKind, OutputSpec, ResultShape, Value, ValueType,
    Widget,
};

type Text<'a> = Cow<'a, str>;

#[derive(Serialize, Deserialize)]
pub struct WireReading<'a> {
    #[serde(borrow)]
    bank: Text<'a>,
    #[serde(borrow)]
    family: Text<'a>,
    #[serde(borrow)]
    file: Text<'a>,
    bytes: u64,
    time: u64,
    sidecar: Option<(u64, u64)>,
    unreadable: bool,
    #[serde(borrow)]
    kinds: Vec<WireKind<'a>>,
    /// File, line and message of each.
    #[serde(borrow)]
    problems: Vec<(Text<'a>, u32, Text<'a>)>,
}

#[derive(Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "as they stand in a kind")]
struct WireKind<'a> {
    #[serde(borrow)]
    function: Text<'a>,
    #[serde(borrow)]
    title: Text<'a>,
    #[serde(borrow)]
    family: Text<'a>,
    #[serde(borrow)]
    keywords: Vec<Text<'a>>,
    line: u32,
    #[serde(borrow)]
    summary: Text<'a>,
    #[serde(borrow)]
    help: Text<'a>,
    #[serde(borrow)]
    inputs: Vec<WireInput<'a>>,
    #[serde(borrow)]
    outputs: Vec<(Text<'a>, WireType<'a>)>,
    positional: bool,
    result: WireResult,
    cache: bool,
    is_async: bool,
    is_heavy: bool,
    #[serde(borrow)]
    chooses: Option<Text<'a>>,
    #[serde(borrow)]
    broken: Option<(Text<'a>, u32)>,
}

#[derive(Serialize, Deserialize)]
struct WireInput<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    ty: WireType<'a>,
    #[serde(borrow)]
    widget: WireWidget<'a>,
    /// In a list, so that a default of None differs from none.
    default: Option<[Json; 1]>,
    is_optional: bool,
    #[serde(borrow)]
    help: Text<'a>,
}

#[derive(Serialize, Deserialize)]
enum WireType<'a> {
    #[serde(borrow)]
    Plain(Text<'a>),
    List(Box<WireType<'a>>),
    Optional(Box<WireType<'a>>),
    Union(Vec<WireType<'a>>),
    Custom(Text<'a>),
}

#[derive(Serialize, Deserialize)]
enum WireWidget<'a> {
    LinkOnly,
    Number(Option<f64>, Option<f64>, Option<f64>, bool),
    Text(bool),
    Checkbox,
    Choice(Vec<Json>),
    Colour,
    #[serde(borrow)]
    OpenFile(Text<'a>),
    SaveFile(Text<'a>),
    Folder,
    Date,
    Secret,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
enum WireResult {
    Single,
    Tuple,
    Dict,
    Spread,
}

const RESULTS: [(WireResult, ResultShape); 4] = [
    (WireResult::Single, ResultShape::Single),
    (WireResult::Tuple, ResultShape::Tuple),
    (WireResult::Dict, ResultShape::Dict),
    (WireResult::Spread, ResultShape::Spread),
];

/// Types that their name tells.
const PLAIN: [ValueType; 16] = [
    ValueType::Any,
    ValueType::None,
    ValueType::Int,
    ValueType::Float,
    ValueType::Bool,
    ValueType::Text,
    ValueType::Path,
    ValueType::Bytes,
    ValueType::Colour,
    ValueType::Date,
    ValueType::Secret,
    ValueType::Dict,
    ValueType::Table,
    ValueType::Array,
    ValueType::Image,
    ValueType::Figure,
];

impl<'a> WireReading<'a> {
    /// `None` for a reading that is not to be kept: one that must be read again anyway, or whose path is no text.
    pub fn of(reading: &'a Reading) -> Option<Self> {
        let found = &reading.found;
        if !reading.is_settled {
            return None;
        }
        let problem = |problem: &'a Problem| {
            let file = problem.file.to_str()?;
            Some((file.into(), problem.line, (&*problem.message).into()))
        };
        Some(Self {
            bank: found.bank.wire_name().into(),
            family: found.family.as_str().into(),
            file: found.file.to_str()?.into(),
            bytes: found.stamp.bytes,
            time: found.stamp.time_nanos,
            sidecar: found.sidecar.map(|stamp| (stamp.bytes, stamp.time_nanos)),
            unreadable: reading.is_unreadable,
            kinds: reading
                .kinds
                .iter()
                .map(|kind| WireKind::of(kind))
                .collect(),
            problems: reading
                .problems
                .iter()
                .map(problem)
                .collect::<Option<_>>()?,
        })
    }

    /// `None` when something in it is not known here.
    pub fn into_reading(self) -> Option<Reading> {
        let stamp = |(bytes, time_nanos)| Stamp { bytes, time_nanos };
        let found = Found {
            bank: Bank::from_wire_name(&self.bank)?,
            family: name(&self.family),
            file: Path::new(&*self.file).into(),
            stamp: stamp((self.bytes, self.time)),
            sidecar: self.sidecar.map(stamp),
        };
        let kinds = self.kinds.into_iter();
        let kinds = kinds.map(|kind| kind.into_kind(&found).map(Arc::new));
        let problems = self.problems.iter();
        let problems = problems
            .map(|(file, line, message)| Problem::new(Path::new(&**file), *line, &**message));
        Some(Reading {
            is_settled: true,
            is_unreadable: self.unreadable,
            kinds: kinds.collect::<Option<_>>()?,
            problems: problems.collect(),
            found,
        })
    }
}

impl<'a> WireKind<'a> {
    fn of(kind: &'a NodeKind) -> Self {
        let result = RESULTS.iter().find(|(_, shape)| *shape == kind.result);
        Self {
            function: kind.function.as_str().into(),
            title: kind.title.as_str().into(),
            family: kind.family.as_str().into(),
            keywords: kind
                .keywords
                .iter()
                .map(|word| word.as_str().into())
                .collect(),
            line: kind.line,
            summary: (&*kind.summary).into(),
            help: (&*kind.help).into(),
            inputs: kind.inputs.iter().map(WireInput::of).collect(),
            outputs: kind
                .outputs
                .iter()
                .map(|output| (output.name.as_str().into(), WireType::of(&output.ty)))
                .collect(),
            positional: kind.call == Call::Positional,
            result: result.map_or(WireResult::Single, |(wire, _)| *wire),
            cache: kind.cache,
            is_async: kind.is_async,
            is_heavy: kind.is_heavy,
            chooses: kind.chooses.as_ref().map(|name| name.as_str().into()),
            broken: match &kind.state {
                KindState::Broken { message, line } => Some(((&**message).into(), *line)),
                KindState::Ready | KindState::Missing => None,
            },
        }
    }

    fn into_kind(self, found: &Found) -> Option<NodeKind> {
        let result = self.result as usize;
        let mut kind = NodeKind::new(found.bank, name(&self.function));
        kind.title = name(&self.title);
        kind.family = name(&self.family);
        kind.keywords = self.keywords.iter().map(name).collect();
        kind.file = Some(found.file.clone());
        kind.line = self.line;
        kind.summary = (&*self.summary).into();
        kind.help = (&*self.help).into();
        let inputs = self.inputs.into_iter();
        kind.inputs = inputs.map(WireInput::into_input).collect::<Option<_>>()?;
        let outputs = self.outputs.into_iter();
        kind.outputs = outputs
            .map(|(output, ty)| {
                Some(OutputSpec {
                    name: name(&output),
                    ty: ty.into_type()?,
                })
            })
            .collect::<Option<_>>()?;
        if self.positional {
            kind.call = Call::Positional;
        }
        kind.result = RESULTS.get(result)?.1;
        kind.cache = self.cache;
        kind.is_async = self.is_async;
        kind.is_heavy = self.is_heavy;
        kind.chooses = self.chooses.as_ref().map(name);
        if let Some((message, line)) = self.broken {
            let message = (&*message).into();
            kind.state = KindState::Broken { message, line };
        }
        Some(kind)
    }
}

impl<'a> WireInput<'a> {
    fn of(input: &'a InputSpec) -> Self {
        Self {
            name: input.name.as_str().into(),
            ty: WireType::of(&input.ty),
            widget: WireWidget::of(&input.widget),
            default: input.default.as_ref().map(|value| [json(value)]),
            is_optional: input.is_optional,
            help: (&*input.help).into(),
        }
    }

    fn into_input(self) -> Option<InputSpec> {
        Some(InputSpec {
            name: name(&self.name),
            ty: self.ty.into_type()?,
            widget: self.widget.into_widget()?,
            default: match self.default {
                Some([json]) => Some(value(json)?),
                None => None,
            },
            is_optional: self.is_optional,
            help: (&*self.help).into(),
        })
    }
}

impl<'a> WireType<'a> {
    fn of(ty: &'a ValueType) -> Self {
        match ty {
            ValueType::List(item) => Self::List(Box::new(Self::of(item))),
            ValueType::Optional(inner) => Self::Optional(Box::new(Self::of(inner))),
            ValueType::Union(members) => Self::Union(members.iter().map(Self::of).collect()),
            ValueType::Custom(name) => Self::Custom(name.as_str().into()),
            plain => Self::Plain(plain.wire_name().into()),
        }
    }

    fn into_type(self) -> Option<ValueType> {
        Some(match self {
            Self::Plain(name) => PLAIN.iter().find(|ty| ty.wire_name() == name)?.clone(),
            Self::List(item) => ValueType::List(Box::new(item.into_type()?)),
            Self::Optional(inner) => ValueType::Optional(Box::new(inner.into_type()?)),
            Self::Union(members) => {
                let members = members.into_iter().map(Self::into_type);
                ValueType::Union(members.collect::<Option<_>>()?)
            }
            Self::Custom(class) => ValueType::Custom(name(&class)),
        })
    }
}

impl<'a> WireWidget<'a> {
    fn of(widget: &'a Widget) -> Self {
        match widget {
            Widget::LinkOnly => Self::LinkOnly,
            Widget::Number {
                min,
                max,
                step,
                slider,
            } => Self::Number(*min, *max, *step, *slider),
            Widget::Text { multiline } => Self::Text(*multiline),
            Widget::Checkbox => Self::Checkbox,
            Widget::Choice(choices) => Self::Choice(choices.iter().map(json).collect()),
            Widget::Colour => Self::Colour,
            Widget::OpenFile { pattern } => Self::OpenFile(pattern.as_str().into()),
            Widget::SaveFile { pattern } => Self::SaveFile(pattern.as_str().into()),
            Widget::Folder => Self::Folder,
            Widget::Date => Self::Date,
            Widget::Secret => Self::Secret,
        }
    }

    fn into_widget(self) -> Option<Widget> {
        Some(match self {
            Self::LinkOnly => Widget::LinkOnly,
            Self::Number(min, max, step, slider) => Widget::Number {
                min,
                max,
                step,
                slider,
            },
            Self::Text(multiline) => Widget::Text { multiline },
            Self::Checkbox => Widget::Checkbox,
            Self::Choice(choices) => {
                Widget::Choice(choices.into_iter().map(value).collect::<Option<_>>()?)
            }
            Self::Colour => Widget::Colour,
            Self::OpenFile(pattern) => Widget::OpenFile {
                pattern: name(&pattern),
            },
            Self::SaveFile(pattern) => Widget::SaveFile {
                pattern: name(&pattern),
            },
            Self::Folder => Widget::Folder,
            Self::Date => Widget::Date,
            Self::Secret => Widget::Secret,
        })
    }
}

fn name(text: &Text) -> Name {
    Name::from(&**text)
}

fn json(value: &Value) -> Json {
    match value {
        Value::None => Json::Null,
        Value::Bool(bool) => (*bool).into(),
        Value::Int(int) => (*int).into(),
        Value::Float(float) => (*float).into(),
        Value::Text(text) => (&**text).into(),
        Value::List(items) => items.iter().map(json).collect(),
        Value::Map(entries) => {
            let entries = entries.iter();
            let entries = entries.map(|(key, value)| (key.as_str().to_owned(), json(value)));
            Json::Object(entries.collect::<Map<_, _>>())
        }
    }
}

fn value(json: Json) -> Option<Value> {
    Some(match json {
        Json::Null => Value::None,
        Json::Bool(bool) => Value::Bool(bool),
        Json::Number(number) => match number.as_i64() {
            Some(int) => Value::Int(int),
            None => Value::Float(number.as_f64()?),
        },
        Json::String(text) => Value::Text(text.into()),
        Json::Array(items) => Value::List(items.into_iter().map(value).collect::<Option<_>>()?),
        Json::Object(entries) => {
            let entries = entries.into_iter();
            let entries = entries.map(|(key, json)| Some((key.into(), value(json)?)));
            Value::Map(entries.collect::<Option<_>>()?)
        }
    })
}
