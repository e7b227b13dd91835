//! One function as a `NodeKind`: inputs from its parameters, outputs from its return annotation, words from its
//! docstring and its mark. What cannot be a node becomes a kind whose state says why.

use ruff_python_ast::{Parameter, ParameterWithDefault, Stmt, StmtFunctionDef};

use super::annotation::{Annotation, Types};
use super::decorator::{self, Settings};
use super::docstring::Docstring;
use super::literal::default_value;
use super::names::Names;
use super::outputs::outputs;
use super::parse::Source;
use super::purity::is_pure;
use super::sidecar::{Sidecar, unique};
use crate::graph::{
    Call, InputSpec, KindState, NodeKind, OutputSpec, ResultShape, Value, ValueType, Widget,
};

/// How a function is called and what describes it.
#[derive(Clone, Copy)]
pub enum Form<'a> {
    Annotated,
    /// Of the first Loom, with the file beside it if there is one.
    Positional(Option<&'a Sidecar>),
}

/// Read a function; `line` is that of its `def`.
pub fn kind(
    function: &StmtFunctionDef,
    form: Form,
    line: u32,
    source: &Source,
    names: &Names,
) -> NodeKind {
    let doc = docstring(function);
    let mut kind = NodeKind::new(source.bank, function.name.as_str());
    kind.family = source.family.clone();
    kind.file = Some(source.file.clone());
    kind.line = line;
    kind.is_async = function.is_async;
    kind.summary = doc.summary.as_str().into();
    kind.help = doc.help.as_str().into();

    let mut reader = Reader {
        names,
        types: types(function, names),
        doc: &doc,
        problem: None,
    };
    match form {
        Form::Annotated => reader.annotated(function, &mut kind),
        Form::Positional(sidecar) => reader.positional(function, sidecar, &mut kind),
    }
    if let Some(message) = reader.problem {
        let message = message.into();
        kind.state = KindState::Broken { message, line };
    }
    kind
}

/// No annotation anywhere: the form of the first Loom's functions.
pub fn is_unannotated(function: &StmtFunctionDef) -> bool {
    let parameters = &function.parameters;
    let variadic = [&parameters.vararg, &parameters.kwarg];
    function.returns.is_none()
        && parameters
            .iter_non_variadic_params()
            .all(|parameter| parameter.annotation().is_none())
        && variadic
            .into_iter()
            .flatten()
            .all(|parameter| parameter.annotation().is_none())
}

fn types<'a>(function: &'a StmtFunctionDef, names: &'a Names<'a>) -> Types<'a> {
    let generic = function.type_params.iter().flat_map(|list| list.iter());
    Types::new(names, generic.map(|one| one.name().as_str()).collect())
}

fn docstring(function: &StmtFunctionDef) -> Docstring {
    let text = function
        .body
        .first()
        .and_then(Stmt::as_expr_stmt)
        .and_then(|first| first.value.as_string_literal_expr());
    text.map_or_else(Docstring::default, |text| {
        Docstring::read(text.value.to_str())
    })
}

struct Reader<'a> {
    names: &'a Names<'a>,
    types: Types<'a>,
    doc: &'a Docstring,
    /// The first thing that does not fit.
    problem: Option<String>,
}

impl Reader<'_> {
    fn note<T>(&mut self, result: Result<T, String>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(problem) => {
                self.problem.get_or_insert(problem);
                None
            }
        }
    }

    fn annotated(&mut self, function: &StmtFunctionDef, kind: &mut NodeKind) {
        let settings = decorator::mark(function, self.names).map(decorator::settings);
        let settings = settings.and_then(|settings| self.note(settings));
        let Settings {
            title,
            family,
            outputs: given,
            cache,
            is_heavy,
            chooses,
            keywords,
        } = settings.unwrap_or_default();
        if let Some(title) = title {
            kind.title = title;
        }
        if let Some(family) = family {
            kind.family = family;
        }
        kind.is_heavy = is_heavy;
        kind.chooses = chooses;
        kind.keywords = keywords;

        let parameters = &function.parameters;
        let first = parameters.iter_non_variadic_params().next();
        if first.is_some_and(|first| matches!(first.name().as_str(), "self" | "cls")) {
            let problem = "methods cannot be nodes: write a function without self";
            self.problem.get_or_insert(problem.to_owned());
        }
        let by_position = parameters.posonlyargs.iter().chain(&parameters.args);
        for parameter in by_position {
            let input = self.guessed_input(parameter);
            kind.inputs.push(input);
        }
        let list = |item| ValueType::List(Box::new(item));
        kind.inputs
            .extend(self.spread_input(parameters.vararg.as_deref(), list));
        for parameter in &parameters.kwonlyargs {
            let input = self.guessed_input(parameter);
            kind.inputs.push(input);
        }
        kind.inputs
            .extend(self.spread_input(parameters.kwarg.as_deref(), |_| ValueType::Dict));
        kind.cache = cache.unwrap_or_else(|| is_pure(function, &kind.inputs, self.names));
        if let Some(chooses) = kind
            .chooses
            .clone()
            .filter(|name| kind.input(name).is_none())
        {
            self.problem.get_or_insert(format!(
                "chooses of @loom.node must name an input, and there is no {chooses}"
            ));
        }
        let made = outputs(
            function.returns.as_deref(),
            given.as_deref(),
            &self.types,
            self.names,
        );
        match self.note(made) {
            Some((outputs, result)) => {
                kind.outputs = outputs;
                kind.result = result;
            }
            None => kind.outputs = vec![OutputSpec::untyped("result")],
        }
    }

    fn refuse_stars(&mut self, function: &StmtFunctionDef) {
        let parameters = &function.parameters;
        for (stars, parameter) in [("*", &parameters.vararg), ("**", &parameters.kwarg)] {
            if let Some(parameter) = parameter {
                let name = &parameter.name;
                self.problem.get_or_insert(format!(
                    "{stars}{name} cannot be an input: give each input a name of its own, or take a list or dict"
                ));
            }
        }
    }

    /// An input without annotation has the type of its default, where that is a plain value. A whole number does not say
    /// that others are not taken.
    fn guessed_input(&mut self, parameter: &ParameterWithDefault) -> InputSpec {
        let mut input = self.input(parameter);
        let guess = match (&input.default, parameter.annotation()) {
            (Some(Value::Bool(_)), None) => ValueType::Bool,
            (Some(Value::Int(_)), None) => ValueType::Union(vec![ValueType::Int, ValueType::Float]),
            (Some(Value::Float(_)), None) => ValueType::Float,
            (Some(Value::Text(_)), None) => ValueType::Text,
            _ => return input,
        };
        input.widget = Widget::of_type(&guess);
        input.ty = guess;
        input
    }

    /// `*args` is a list, `**kwargs` a dictionary; either may be left out. The engine spreads it.
    fn spread_input(
        &mut self,
        parameter: Option<&Parameter>,
        of: impl Fn(ValueType) -> ValueType,
    ) -> Option<InputSpec> {
        let parameter = parameter?;
        let name = parameter.name.as_str();
        let read = parameter.annotation.as_deref().map(|annotation| {
            let read = self.types.read(annotation);
            read.map_err(|problem| format!("Input {name}: {problem}"))
        });
        let item = read.and_then(|read| self.note(read));
        let mut input = InputSpec::new(name, of(item.map_or(ValueType::Any, |item| item.ty)));
        input.is_optional = true;
        input.help = self.doc.input(name).into();
        Some(input)
    }

    fn input(&mut self, parameter: &ParameterWithDefault) -> InputSpec {
        let name = parameter.name().as_str();
        let read = parameter.annotation().map(|annotation| {
            let read = self.types.read(annotation);
            read.map_err(|problem| format!("Input {name}: {problem}"))
        });
        let Annotation { mut ty, widget } = read
            .and_then(|read| self.note(read))
            .unwrap_or_else(|| Annotation::plain(ValueType::Any));
        let default = parameter.default();
        let mut value = default.and_then(|default| default_value(default, self.names));
        match (&value, ty.base()) {
            // `limit: int = None` means that None may be given.
            (Some(Value::None), base) => {
                let takes_none = matches!(ty, ValueType::Optional(_))
                    || matches!(base, ValueType::Any | ValueType::None);
                if !takes_none {
                    ty = ValueType::Optional(Box::new(ty));
                }
            }
            (Some(Value::Int(int)), ValueType::Float) => value = Some(Value::Float(*int as f64)),
            _ => {}
        }
        InputSpec {
            name: name.into(),
            widget: widget.unwrap_or_else(|| Widget::of_type(&ty)),
            ty,
            is_optional: default.is_some() && value.is_none(),
            default: value,
            help: self.doc.input(name).into(),
        }
    }

    fn positional(
        &mut self,
        function: &StmtFunctionDef,
        sidecar: Option<&Sidecar>,
        kind: &mut NodeKind,
    ) {
        kind.call = Call::Positional;
        kind.result = ResultShape::Spread;
        let parameters = &function.parameters;
        let by_position = parameters.posonlyargs.iter().chain(&parameters.args);
        for parameter in by_position {
            let input = self.input(parameter);
            kind.inputs.push(input);
        }
        if let Some(parameter) = parameters.kwonlyargs.iter().find(|p| p.default.is_none()) {
            let name = parameter.name();
            self.problem.get_or_insert(format!(
                "{name} is after a * and so cannot be given by position: annotate the function, or remove the *"
            ));
        }
        let named = sidecar.and_then(|sidecar| sidecar.inputs.as_deref());
        let takes_more = parameters.vararg.is_some();
        match named {
            // The savefile knows the inputs by the names of the file beside it, in the order of the parameters.
            Some(named) => {
                if takes_more {
                    let more = named.iter().skip(kind.inputs.len());
                    kind.inputs.extend(more.cloned().map(InputSpec::untyped));
                }
                let own = kind.inputs.iter().skip(named.len());
                let own = own.map(|input| input.name.clone());
                let names = unique(named.iter().cloned().chain(own).collect());
                for (input, name) in kind.inputs.iter_mut().zip(names) {
                    input.name = name;
                }
            }
            None if takes_more => self.refuse_stars(function),
            None => {}
        }
        if let Some(title) = sidecar.and_then(|sidecar| sidecar.title.clone()) {
            kind.title = title;
        }
        kind.outputs = match sidecar.and_then(|sidecar| sidecar.outputs.as_ref()) {
            Some(outputs) => outputs.iter().cloned().map(OutputSpec::untyped).collect(),
            None => vec![OutputSpec::untyped("result")],
        };
    }
}
