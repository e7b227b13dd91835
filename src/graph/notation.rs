//! Notation: a port's type as a short text, `list[int]`, `table?`, `int | text`, and back. The ports of subgraphs are
//! written so in the savefile.

use super::ValueType as T;

/// Deeper nesting is not read: no type that a person means is near it.
const DEEPEST: usize = 32;

/// Types that their name tells.
const PLAIN: [T; 16] = [
    T::Any,
    T::None,
    T::Int,
    T::Float,
    T::Bool,
    T::Text,
    T::Path,
    T::Bytes,
    T::Colour,
    T::Date,
    T::Secret,
    T::Dict,
    T::Table,
    T::Array,
    T::Image,
    T::Figure,
];

impl T {
    /// The type as a text that `from_notation` reads.
    pub fn notation(&self) -> String {
        match self {
            T::List(item) => format!("list[{}]", item.notation()),
            T::Optional(inner) => match &**inner {
                T::Union(_) => format!("({})?", inner.notation()),
                _ => format!("{}?", inner.notation()),
            },
            T::Union(members) => {
                let members: Vec<_> = members.iter().map(T::notation).collect();
                members.join(" | ")
            }
            _ => self.wire_name().to_owned(),
        }
    }

    /// The type that a text means; a name that is none of Loom's is a class of somebody's own.
    pub fn from_notation(text: &str) -> Option<T> {
        let mut rest = text.trim();
        let ty = union(&mut rest, 0)?;
        rest.trim().is_empty().then_some(ty)
    }
}

fn union(rest: &mut &str, depth: usize) -> Option<T> {
    let mut members = vec![postfix(rest, depth)?];
    while take(rest, '|') {
        members.push(postfix(rest, depth)?);
    }
    Some(match members.len() {
        1 => members.remove(0),
        _ => T::Union(members),
    })
}

fn postfix(rest: &mut &str, depth: usize) -> Option<T> {
    let mut ty = atom(rest, depth)?;
    while take(rest, '?') {
        ty = T::Optional(Box::new(ty));
    }
    Some(ty)
}

fn atom(rest: &mut &str, depth: usize) -> Option<T> {
    if depth > DEEPEST {
        return None;
    }
    if take(rest, '(') {
        let inner = union(rest, depth + 1)?;
        return take(rest, ')').then_some(inner);
    }
    let text = rest.trim_start();
    let end = text
        .find(['[', ']', '(', ')', '|', '?'])
        .unwrap_or(text.len());
    let (name, after) = text.split_at(end);
    *rest = after;
    match name.trim() {
        "" => None,
        "list" if take(rest, '[') => {
            let item = union(rest, depth + 1)?;
            take(rest, ']').then(|| T::List(Box::new(item)))
        }
        "list" => Some(T::List(Box::new(T::Any))),
        name => Some(
            PLAIN
                .into_iter()
                .find(|plain| plain.wire_name() == name)
                .unwrap_or_else(|| T::Custom(name.into())),
        ),
    }
}

fn take(rest: &mut &str, sign: char) -> bool {
    match rest.trim_start().strip_prefix(sign) {
        Some(after) => {
            *rest = after;
            true
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_read_as_it_was_written() {
        let list = |item: T| T::List(Box::new(item));
        let optional = |inner: T| T::Optional(Box::new(inner));
        for (ty, text) in [
            (T::Int, "int"),
            (T::None, "none"),
            (list(T::Any), "list[any]"),
            (list(list(T::Image)), "list[list[image]]"),
            (optional(T::Table), "table?"),
            (T::Union(vec![T::Int, optional(T::Text)]), "int | text?"),
            (optional(T::Union(vec![T::Int, T::Text])), "(int | text)?"),
            (optional(T::Secret), "secret?"),
            (T::Custom("Grid".into()), "Grid"),
        ] {
            assert_eq!(ty.notation(), text);
            assert_eq!(T::from_notation(text), Some(ty), "{text}");
        }
        assert_eq!(T::from_notation(" list "), Some(list(T::Any)));
    }

    #[test]
    fn what_is_no_type_is_refused() {
        let deep = format!("{}int{}", "list[".repeat(40), "]".repeat(40));
        for text in [
            "",
            "list[",
            "int |",
            "?",
            "(int",
            "int)",
            "list[int]]",
            &deep,
        ] {
            assert_eq!(T::from_notation(text), None, "{text}");
        }
    }
}
