//! The mark `@loom.node(…)`: is it there, and what it says. All its values are literals. `executor/loom.py` defines
//! the same arguments; change both together.

use ruff_python_ast::{Decorator, Expr, Identifier, StmtFunctionDef};

use super::literal::literal;
use super::names::Names;
use crate::graph::{Name, Value};

/// What the mark says; what it leaves out is `None`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    pub title: Option<Name>,
    pub family: Option<Name>,
    pub outputs: Option<Vec<Name>>,
    pub cache: Option<bool>,
    pub is_heavy: bool,
    pub chooses: Option<Name>,
    pub keywords: Vec<Name>,
}

/// The mark of a function, if it has one.
pub fn mark<'a>(function: &'a StmtFunctionDef, names: &Names) -> Option<&'a Decorator> {
    function.decorator_list.iter().find(|decorator| {
        let target = match &decorator.expression {
            Expr::Call(call) => &call.func,
            other => other,
        };
        names.of_loom(target).as_deref() == Some("node")
    })
}

/// Other forms of a function that is defined after them: no functions of their own.
pub fn is_overload(function: &StmtFunctionDef, names: &Names) -> bool {
    function.decorator_list.iter().any(|decorator| {
        let path = names.path(&decorator.expression);
        matches!(
            path.as_deref(),
            Some("typing.overload" | "typing_extensions.overload" | "overload")
        )
    })
}

/// Read the arguments of a mark. An error says which one does not fit and what is expected.
pub fn settings(mark: &Decorator) -> Result<Settings, String> {
    let mut settings = Settings::default();
    let Expr::Call(call) = &mark.expression else {
        return Ok(settings);
    };
    if !call.arguments.args.is_empty() {
        return Err("@loom.node takes its settings by name, such as title=\"Add\"".to_owned());
    }
    for keyword in &call.arguments.keywords {
        let Some(name) = keyword.arg.as_ref().map(Identifier::as_str) else {
            return Err("@loom.node takes no **: its source is read without running it".to_owned());
        };
        let Some(value) = literal(&keyword.value) else {
            return Err(format!(
                "{name} of @loom.node must be written out: the source is read without running it"
            ));
        };
        let wrong = |expected: &str| Err(format!("{name} of @loom.node must be {expected}"));
        match (name, value) {
            ("title" | "family" | "outputs", Value::None) => {}
            ("title", Value::Text(text)) if !text.trim().is_empty() => {
                settings.title = Some(text.trim().into());
            }
            ("family", Value::Text(text)) if !text.trim().is_empty() => {
                settings.family = Some(text.trim().into());
            }
            ("outputs", Value::List(items)) => match texts(&items) {
                Some(outputs) => settings.outputs = Some(outputs),
                None => return wrong("a list of names, each once"),
            },
            ("keywords", Value::List(items)) => match texts(&items) {
                Some(keywords) => settings.keywords = keywords,
                None => return wrong("a list of words, each once"),
            },
            ("cache", Value::Bool(cache)) => settings.cache = Some(cache),
            ("heavy", Value::Bool(heavy)) => settings.is_heavy = heavy,
            ("chooses", Value::None) => {}
            ("chooses", Value::Text(text)) => settings.chooses = Some(text.trim().into()),
            ("title" | "family", _) => return wrong("a text"),
            ("outputs", _) => return wrong("a list of names"),
            ("keywords", _) => return wrong("a list of words"),
            ("cache" | "heavy", _) => return wrong("True or False"),
            ("chooses", _) => return wrong("the name of an input"),
            _ => {
                return Err(format!(
                    "@loom.node has no {name}: use title, family, outputs, cache, heavy, chooses or keywords"
                ));
            }
        }
    }
    Ok(settings)
}

/// Texts that are not empty, each once.
fn texts(items: &[Value]) -> Option<Vec<Name>> {
    let mut texts: Vec<Name> = Vec::with_capacity(items.len());
    for item in items {
        let text = item.as_str()?.trim();
        if text.is_empty() || texts.iter().any(|other| *other == *text) {
            return None;
        }
        texts.push(text.into());
    }
    Some(texts)
}
