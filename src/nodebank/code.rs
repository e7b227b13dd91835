//! Code: one Python source as an editor needs it while it is typed: what its pieces are, where it is broken, and the
//! nodes that its functions would be. A pure function of the text; opens no file and runs nothing.

use std::ops::{Range, RangeInclusive};
use std::path::Path;
use std::sync::Arc;

use ruff_python_ast::token::TokenKind;
use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Decorator, Expr};
use ruff_source_file::LineIndex;
use ruff_text_size::{Ranged as _, TextRange};

use super::parse::{self, Source};
use super::syntax::{self, Tree};
use crate::graph::{Bank, KindState, Name, NodeKind};

/// What a piece of a source is, as far as it is to be told from the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    Keyword,
    /// `None`, `True`, `False`, `...`
    Constant,
    Text,
    Number,
    Comment,
    Decorator,
    /// The type of an input, an output or a variable.
    Annotation,
    /// The name of a function or class where it is defined.
    Definition,
    Operator,
    Bracket,
}

/// A piece of a source; what lies between two is plain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// In bytes.
    pub range: Range<usize>,
    pub class: Class,
}

/// Something that keeps the source, or one function of it, from being used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// From 1.
    pub line: u32,
    /// In bytes; may be empty.
    pub range: Range<usize>,
    pub message: String,
}

/// A function that is a node.
#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    pub kind: Arc<NodeKind>,
    /// From its first decorator to its end, from 1.
    pub lines: RangeInclusive<u32>,
}

/// What was read of a text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Code {
    /// In their order, none over another.
    pub pieces: Vec<Piece>,
    /// In their order.
    pub faults: Vec<Fault>,
    /// None as long as the source cannot be read as a whole.
    pub functions: Vec<Function>,
    /// Can the source be read as a whole?
    pub is_whole: bool,
}

/// Where the text belongs.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    pub bank: Bank,
    pub family: Name,
    pub file: Arc<Path>,
}

impl Code {
    pub fn read(text: &str, place: &Place) -> Self {
        syntax::module(text, |tree| Self::of(text, tree, place))
    }

    fn of(text: &str, tree: &Tree, place: &Place) -> Self {
        let lines = LineIndex::from_source_text(text);
        let line = |range: TextRange| line_of(&lines, range);
        let mut marks = Marks::default();
        marks.visit_body(tree.suite());
        let mut faults: Vec<Fault> = tree
            .errors()
            .into_iter()
            .map(|(range, error)| Fault {
                line: line(range),
                range: range_of(range),
                message: format!("Syntax error: {}", in_words(&error)),
            })
            .collect();
        // What follows an error in its line is most often its echo.
        faults.dedup_by_key(|fault| fault.line);
        let is_whole = faults.is_empty();
        let mut functions = Vec::new();
        if is_whole {
            let source = Source {
                bank: place.bank,
                family: &place.family,
                file: &place.file,
                sidecar: None,
            };
            for (kind, function) in parse::functions(tree.suite(), &lines, &source) {
                if let KindState::Broken { message, .. } = &kind.state {
                    faults.push(Fault {
                        line: line(function.name.range()),
                        range: range_of(function.name.range()),
                        message: format!("{} cannot be a node: {message}", kind.function),
                    });
                }
                let last = TextRange::empty(function.range().end());
                functions.push(Function {
                    kind: Arc::new(kind),
                    lines: line(function.range())..=line(last),
                });
            }
        }
        let tokens = tree.tokens().iter();
        let tokens = tokens.map(|token| (token.kind(), token.range()));
        Self {
            pieces: pieces(tokens, &marks),
            faults,
            functions,
            is_whole,
        }
    }

    /// The function that a line belongs to, else the one before it, else the first.
    pub fn function_at(&self, line: u32) -> Option<&Function> {
        let inside = |function: &&Function| function.lines.contains(&line);
        let before = |function: &&Function| *function.lines.start() <= line;
        let functions = &self.functions;
        let last_before = || functions.iter().rev().find(before);
        let found = functions.iter().rev().find(inside).or_else(last_before);
        found.or(functions.first())
    }
}

/// The kinds of a text that would lie at a place, or why it cannot be read and in which line.
pub fn kinds(text: &str, place: &Place) -> Result<Vec<NodeKind>, (String, u32)> {
    let source = Source {
        bank: place.bank,
        family: &place.family,
        file: &place.file,
        sidecar: None,
    };
    parse::kinds(text, &source)
}

/// What the parser says, where its own words say little.
fn in_words(said: &str) -> &str {
    match said {
        "unexpected EOF while parsing" => {
            "the source ends too early; is a bracket open, or a quote?"
        }
        "unindent does not match any outer indentation level" => {
            "the line is as far in as no line above it"
        }
        said => said,
    }
}

fn line_of(lines: &LineIndex, range: TextRange) -> u32 {
    u32::try_from(lines.line_index(range.start()).get()).unwrap_or(u32::MAX)
}

fn range_of(range: TextRange) -> Range<usize> {
    range.start().to_usize()..range.end().to_usize()
}

/// What only the tree of a source tells: where types stand, and what decorates. In their order.
#[derive(Default)]
struct Marks {
    annotations: Vec<TextRange>,
    decorators: Vec<TextRange>,
}

impl<'a> Visitor<'a> for Marks {
    fn visit_annotation(&mut self, annotation: &'a Expr) {
        self.annotations.push(annotation.range());
        visitor::walk_annotation(self, annotation);
    }

    fn visit_decorator(&mut self, decorator: &'a Decorator) {
        let named = match &decorator.expression {
            Expr::Call(call) => call.func.range(),
            other => other.range(),
        };
        let start = decorator.range().start();
        self.decorators
            .push(TextRange::new(start, named.end().max(start)));
        visitor::walk_decorator(self, decorator);
    }
}

fn pieces(tokens: impl Iterator<Item = (TokenKind, TextRange)>, marks: &Marks) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut before = TokenKind::Newline;
    for (kind, range) in tokens {
        let holds = |ranges: &[TextRange]| ranges.iter().any(|other| other.contains_range(range));
        let class = if matches!(kind, TokenKind::At | TokenKind::Name | TokenKind::Dot)
            && holds(&marks.decorators)
        {
            Some(Class::Decorator)
        } else if kind == TokenKind::Name && matches!(before, TokenKind::Def | TokenKind::Class) {
            Some(Class::Definition)
        } else if matches!(kind, TokenKind::Name | TokenKind::None) && holds(&marks.annotations) {
            Some(Class::Annotation)
        } else {
            class_of(kind)
        };
        if !kind.is_trivia() {
            before = kind;
        }
        if let Some(class) = class
            && !range.is_empty()
        {
            let range = range_of(range);
            // Tokens of broken sources may repeat; a text is painted once.
            if pieces
                .last()
                .is_none_or(|last| last.range.end <= range.start)
            {
                pieces.push(Piece { range, class });
            }
        }
    }
    pieces
}

fn class_of(kind: TokenKind) -> Option<Class> {
    use TokenKind as T;
    Some(match kind {
        T::None | T::True | T::False | T::Ellipsis => Class::Constant,
        // Words that are keywords only in some places are names in most.
        kind if kind.is_non_soft_keyword() => Class::Keyword,
        T::String
        | T::FStringStart
        | T::FStringMiddle
        | T::FStringEnd
        | T::TStringStart
        | T::TStringMiddle
        | T::TStringEnd => Class::Text,
        T::Int | T::Float | T::Complex => Class::Number,
        T::Comment => Class::Comment,
        T::Lpar | T::Rpar | T::Lsqb | T::Rsqb | T::Lbrace | T::Rbrace => Class::Bracket,
        T::At | T::Rarrow | T::Tilde | T::ColonEqual => Class::Operator,
        kind if kind.is_operator() && !matches!(kind, T::Colon | T::Comma | T::Dot | T::Semi) => {
            Class::Operator
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Code {
        let place = Place {
            bank: Bank::Project,
            family: "Project".into(),
            file: Path::new("/nodes/mine.py").into(),
        };
        Code::read(text, &place)
    }

    /// `class:text` of each piece that is no bracket and no operator.
    fn told(text: &str) -> Vec<String> {
        let code = read(text);
        let pieces = code
            .pieces
            .iter()
            .filter(|piece| !matches!(piece.class, Class::Bracket | Class::Operator));
        pieces
            .map(|piece| format!("{:?}:{}", piece.class, &text[piece.range.clone()]))
            .collect()
    }

    #[test]
    fn pieces_are_told_apart() {
        for (text, expected) in [
            ("x = 1 # one", "Number:1 Comment:# one"),
            (
                "@loom.node(title='A')\ndef f(a: int = 2) -> list[str]: pass",
                "Decorator:@ Decorator:loom Decorator:. Decorator:node Text:'A' Keyword:def Definition:f \
                 Annotation:int Number:2 Annotation:list Annotation:str Keyword:pass",
            ),
            ("a = None or True", "Constant:None Keyword:or Constant:True"),
            ("f'x{y!r}z'", "Text:f' Text:x Text:z Text:'"),
            ("match = type\ncase = 1", "Number:1"),
            (
                "async def g() -> None: ...",
                "Keyword:async Keyword:def Definition:g Annotation:None Constant:...",
            ),
            // Broken sources keep their colours.
            (
                "def f(:\n    return 'a'",
                "Keyword:def Definition:f Keyword:return Text:'a'",
            ),
            (
                "class A\nx: float",
                "Keyword:class Definition:A Annotation:float",
            ),
            ("", ""),
        ] {
            assert_eq!(told(text).join(" "), expected, "{text}");
        }
        // A string that is not closed, and letters of more than one byte.
        for text in [
            "s = 'ä",
            "'''\nö",
            "x = \"🎈\" # ü\n\tif",
            "((((",
            "f'{",
            "\\",
        ] {
            let code = read(text);
            for piece in &code.pieces {
                assert!(text.get(piece.range.clone()).is_some(), "{text}: {piece:?}");
            }
        }
    }

    #[test]
    fn faults_have_their_line_and_what_they_are() {
        let code = read("def f(a):\n    return a +\n\ndef g(:\n    pass\n");
        assert!(!code.is_whole && code.functions.is_empty());
        let lines: Vec<u32> = code.faults.iter().map(|fault| fault.line).collect();
        assert_eq!(lines, [2, 4]);
        assert!(code.faults[0].message.starts_with("Syntax error: "));
        let refused = read("def f(a, a2, *, b=1 + 1):\n    pass\n\ndef g(*args):\n    pass\n");
        assert!(refused.is_whole);
        assert_eq!(refused.functions.len(), 2);
    }

    #[test]
    fn the_function_of_a_line_is_found() {
        let text = "import math\n\n@mark\ndef f(a: int) -> int:\n    return a\n\ndef g(b):\n    x = 1\n\n    return b\n";
        let code = read(text);
        let name = |line| {
            code.function_at(line)
                .map(|it| it.kind.function.to_string())
        };
        for (line, expected) in [
            (1, "f"),
            (3, "f"),
            (5, "f"),
            (6, "f"),
            (7, "g"),
            (9, "g"),
            (40, "g"),
        ] {
            assert_eq!(name(line).as_deref(), Some(expected), "line {line}");
        }
        assert!(read("x = 1").function_at(1).is_none());
    }
}
