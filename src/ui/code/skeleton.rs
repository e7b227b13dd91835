//! Skeleton: a new node's name and the source that it begins with. Pure: whoever writes the file sees to it that none is
//! overwritten.

use crate::graph::{ValueType, title_from_function};

/// Words that Python keeps for itself.
const KEYWORDS: [&str; 35] = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue",
    "def", "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import",
    "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while",
    "with", "yield",
];

/// What a function may be called for a node that a user calls `typed`.
pub fn function_name(typed: &str) -> String {
    let mut name = String::new();
    for letter in typed.trim().chars().flat_map(char::to_lowercase) {
        if letter.is_alphanumeric() {
            name.push(letter);
        } else if !name.is_empty() && !name.ends_with('_') {
            name.push('_');
        }
    }
    let name = name.trim_end_matches('_');
    if name.is_empty() {
        return "new_node".to_owned();
    }
    // Names of files have a most length, in bytes.
    let name = &name[..name.floor_char_boundary(80)];
    let is_kept = KEYWORDS.iter().any(|word| word.eq_ignore_ascii_case(name)) || is_device(name);
    if is_kept || name.starts_with(char::is_numeric) {
        format!("node_{name}")
    } else {
        name.to_owned()
    }
}

/// Windows has no files of these names, whatever their ending, and projects move between systems.
fn is_device(name: &str) -> bool {
    let numbered = name
        .strip_prefix("com")
        .or_else(|| name.strip_prefix("lpt"));
    ["aux", "con", "nul", "prn"].contains(&name)
        || numbered
            .is_some_and(|rest| rest.chars().count() == 1 && rest.chars().all(char::is_numeric))
}

/// The first of `name`, `name_2`, `name_3` that is free.
pub fn free_name(name: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let numbered = (2..).map(|number| format!("{name}_{number}"));
    let mut names = std::iter::once(name.to_owned()).chain(numbered);
    names.find(|name| !is_taken(name)).unwrap_or_default()
}

/// A node that runs as it is. `takes`: what the link carries that it is to be put on.
pub fn source(function: &str, typed: &str, takes: Option<&ValueType>) -> String {
    let typed = typed.trim();
    let is_other =
        !typed.is_empty() && title_from_function(function).to_lowercase() != typed.to_lowercase();
    let quoted = typed.replace('\\', "\\\\").replace('"', "\\\"");
    let mark = if is_other {
        format!("import loom\n\n\n@loom.node(title=\"{quoted}\")\n")
    } else {
        String::new()
    };
    let (input, default, result) = match takes.map(annotation) {
        None => ("text: str", " = \"\"", "text * times"),
        Some(None) => ("value", "", "value"),
        Some(Some("str")) => ("text: str", " = \"\"", "text * times"),
        Some(Some("int")) => ("number: int", " = 1", "number * times"),
        Some(Some("float")) => ("number: float", " = 1.0", "number * times"),
        Some(Some("list")) => ("items: list", "", "items * times"),
        Some(Some(_)) => ("value", "", "value"),
    };
    let name = input.split(':').next().unwrap_or(input);
    let gives = match input.split_once(": ") {
        Some((_, ty)) => format!(" -> {ty}"),
        None => String::new(),
    };
    let input = format!("{input}{default}");
    let (times, times_help) = if result.contains("times") {
        (
            ", times: int = 2",
            "\n        times: How often it is repeated.",
        )
    } else {
        ("", "")
    };
    format!(
        "{mark}def {function}({input}{times}){gives}:\n    \"\"\"Say in one line what the node does.\n\n    Args:\n        \
         {name}: What comes in.{times_help}\n    \"\"\"\n    return {result}\n"
    )
}

/// The type as Python's own annotation, where it has one.
fn annotation(ty: &ValueType) -> Option<&'static str> {
    match ty.base() {
        ValueType::Int => Some("int"),
        ValueType::Float => Some("float"),
        ValueType::Text => Some("str"),
        ValueType::List(_) => Some("list"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::code::file::file;

    #[test]
    fn names_are_made_of_what_was_typed() {
        for (typed, expected) in [
            ("Blur edges", "blur_edges"),
            ("  blur--edges!! ", "blur_edges"),
            ("3 points", "node_3_points"),
            ("import", "node_import"),
            ("None", "node_none"),
            ("CON", "node_con"),
            ("com1", "node_com1"),
            ("com port", "com_port"),
            ("Größe", "größe"),
            ("__init__", "init"),
            ("../../etc/passwd", "etc_passwd"),
            ("!?", "new_node"),
            ("", "new_node"),
        ] {
            assert_eq!(function_name(typed), expected, "{typed}");
        }
        assert!(function_name(&"long ".repeat(100)).len() <= 80);
        let taken = ["a", "a_2"];
        assert_eq!(free_name("a", |name| taken.contains(&name)), "a_3");
        assert_eq!(free_name("b", |name| taken.contains(&name)), "b");
    }

    #[test]
    fn every_skeleton_is_one_node_that_can_be_read() {
        let list = ValueType::List(Box::new(ValueType::Int));
        let types = [
            None,
            Some(ValueType::Int),
            Some(ValueType::Table),
            Some(ValueType::Text),
            Some(list),
            Some(ValueType::Any),
        ];
        for takes in types {
            for typed in ["blur", "Blur \"it\"\\ now", "é"] {
                let function = function_name(typed);
                let text = source(&function, typed, takes.as_ref());
                let code = file(&text).code();
                assert_eq!(code.faults, [], "{text}");
                let kinds: Vec<_> = code.functions.iter().map(|it| &it.kind).collect();
                assert_eq!(kinds.len(), 1);
                assert_eq!(&*kinds[0].function, function);
                assert_eq!(kinds[0].title.to_lowercase(), typed.to_lowercase());
                assert!(kinds[0].summary.starts_with("Say in one line"), "{text}");
                assert_eq!(kinds[0].outputs.len(), 1, "{text}");
            }
        }
    }
}
