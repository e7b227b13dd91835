//! Value: what an unlinked input holds. Plain data, no format: JSON is made of it in `document/file.rs`
//! and `engine/protocol.rs`.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// A short shared text: port names, titles, families. Cloning counts a reference.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(Arc<str>);

impl Name {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Deref for Name {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl std::borrow::Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Name {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<String> for Name {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl From<Arc<str>> for Name {
    fn from(text: Arc<str>) -> Self {
        Self(text)
    }
}

impl PartialEq<str> for Name {
    fn eq(&self, other: &str) -> bool {
        &*self.0 == other
    }
}

impl PartialEq<&str> for Name {
    fn eq(&self, other: &&str) -> bool {
        &*self.0 == *other
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// A value with more lists and maps within each other is not taken in: what JSON is read again with takes 127 levels, and
/// some of them are a file's and a journal's own.
pub const DEEPEST: usize = 64;

/// A value that a person can type and a file can hold. Keys of a map keep their order.
#[derive(Clone, Debug, PartialEq, Default)]
pub enum Value {
    #[default]
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Arc<str>),
    List(Vec<Value>),
    Map(Vec<(Name, Value)>),
}

/// The one key of a map that names a secret.
const SECRET: &str = "secret";

/// Values of a node's unlinked inputs, by port name.
pub type Values = BTreeMap<Name, Value>;

impl Value {
    pub fn text(text: impl AsRef<str>) -> Self {
        Self::Text(text.as_ref().into())
    }

    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// What an input holds that takes a secret: the name under which the secret is kept, and never the secret itself.
    pub fn secret(name: impl AsRef<str>) -> Self {
        Self::Map(vec![(SECRET.into(), Self::text(name))])
    }

    /// The name of the secret that this stands for.
    pub fn secret_name(&self) -> Option<&str> {
        match self {
            Self::Map(entries) => match entries.as_slice() {
                [(key, Self::Text(name))] if key == SECRET && !name.is_empty() => Some(name),
                _ => None,
            },
            _ => None,
        }
    }

    /// The number that this is, ints widened; `None` for anything else.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Int(int) => Some(*int as f64),
            Self::Float(float) => Some(*float),
            _ => None,
        }
    }

    /// Are there more lists and maps within each other than `DEEPEST`?
    pub fn is_too_deep(&self) -> bool {
        fn is_deeper(value: &Value, than: usize) -> bool {
            match value {
                Value::List(_) | Value::Map(_) if than == 0 => true,
                Value::List(items) => items.iter().any(|item| is_deeper(item, than - 1)),
                Value::Map(entries) => entries.iter().any(|(_, item)| is_deeper(item, than - 1)),
                _ => false,
            }
        }
        is_deeper(self, DEEPEST)
    }

    /// Neither it nor anything inside it is NaN or infinite, which JSON cannot hold.
    pub fn is_finite(&self) -> bool {
        match self {
            Self::Float(float) => float.is_finite(),
            Self::List(items) => items.iter().all(Self::is_finite),
            Self::Map(entries) => entries.iter().all(|(_, value)| value.is_finite()),
            _ => true,
        }
    }

    /// Read a text as the first Loom did where no type is known: an integer, a decimal number, true or false,
    /// anything else stays text.
    pub fn from_untyped_text(text: &str) -> Self {
        let trimmed = text.trim();
        let looks_numeric = trimmed
            .bytes()
            .all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
        if looks_numeric {
            if let Ok(int) = trimmed.parse() {
                return Self::Int(int);
            }
            if let Some(float) = trimmed.parse().ok().filter(|float: &f64| float.is_finite()) {
                return Self::Float(float);
            }
        }
        match trimmed {
            "true" | "True" => Self::Bool(true),
            "false" | "False" => Self::Bool(false),
            _ => Self::text(text),
        }
    }
}

impl fmt::Display for Value {
    /// As it reads in a text field: texts bare, lists and maps in Python's notation.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fn nested(value: &Value, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            match value {
                Value::Text(text) => write!(f, "{text:?}"),
                other => write!(f, "{other}"),
            }
        }
        match self {
            Self::None => f.write_str("None"),
            Self::Bool(true) => f.write_str("True"),
            Self::Bool(false) => f.write_str("False"),
            Self::Int(int) => write!(f, "{int}"),
            Self::Float(float) => write!(f, "{float:?}"),
            Self::Text(text) => f.write_str(text),
            Self::List(items) => {
                f.write_str("[")?;
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        f.write_str(", ")?;
                    }
                    nested(item, f)?;
                }
                f.write_str("]")
            }
            Self::Map(entries) => {
                f.write_str("{")?;
                for (i, (key, value)) in entries.iter().enumerate() {
                    if i > 0 {
                        f.write_str(", ")?;
                    }
                    write!(f, "{:?}: ", key.as_str())?;
                    nested(value, f)?;
                }
                f.write_str("}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn untyped_text_reads_as_the_first_loom_read_it() {
        for (text, expected) in [
            ("3", Value::Int(3)),
            ("-3", Value::Int(-3)),
            ("2.50", Value::Float(2.5)),
            ("1e3", Value::Float(1000.0)),
            ("true", Value::Bool(true)),
            ("False", Value::Bool(false)),
            ("It is", Value::text("It is")),
            ("", Value::text("")),
            ("inf", Value::text("inf")),
            ("1e999", Value::text("1e999")),
            ("1.2.3", Value::text("1.2.3")),
        ] {
            assert_eq!(Value::from_untyped_text(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_secret_is_a_name() {
        let value = Value::secret("openai");
        assert_eq!(value.secret_name(), Some("openai"));
        assert_eq!(value.to_string(), r#"{"secret": "openai"}"#);
        for other in [
            Value::text("openai"),
            Value::secret(""),
            Value::Map(vec![("secret".into(), Value::Int(1))]),
            Value::Map(vec![("other".into(), Value::text("openai"))]),
        ] {
            assert_eq!(other.secret_name(), None, "{other}");
        }
    }

    #[test]
    fn values_read_like_python() {
        let value = Value::List(vec![
            Value::Int(1),
            Value::text("a"),
            Value::Map(vec![("k".into(), Value::Bool(true))]),
        ]);
        assert_eq!(value.to_string(), r#"[1, "a", {"k": True}]"#);
        assert_eq!(Value::Float(2.0).to_string(), "2.0");
    }
}
