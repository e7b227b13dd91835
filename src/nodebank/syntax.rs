//! Syntax: texts as the parser's trees, looked at and dropped with as much stack as their depth may need. Sources come
//! from anywhere: one expression may be as deep as its file is long, and a stack that overflows takes the whole program
//! with it. The parser sees to its own stack alone, and takes kilobytes for each level: what is deeper than Python itself
//! reads is not given to it. Nothing else calls it.

use ruff_python_ast::token::{TokenKind, Tokens};
use ruff_python_ast::{Expr, ModModule, PySourceType, Stmt};
use ruff_python_parser::lexer::lex;
use ruff_python_parser::{Mode, ParseOptions, Parsed, parse_unchecked, parse_unchecked_source};
use ruff_text_size::{TextLen as _, TextRange};

/// Stack in bytes for one level of a tree: the frames of a visitor's step, or those that drop it. Unoptimised frames are
/// larger.
const LEVEL: usize = if cfg!(debug_assertions) { 4096 } else { 1024 };
/// Stack in bytes for what is done at any depth.
const GROUND: usize = 256 << 10;

/// Levels that Python's parser reads at most (`MAXSTACK` in CPython's `Parser/parser.c`, 6000 and less), brackets 200.
const MOST_LEVELS: usize = 6000;
/// Shorter texts cost little, however deep they are.
const SHORT_BYTES: usize = 32 << 10;

/// The tree of a source, whole or not.
pub(super) struct Tree {
    parsed: Parsed<ModModule>,
    too_deep: Option<TextRange>,
}

impl Tree {
    pub fn suite(&self) -> &[Stmt] {
        self.parsed.suite()
    }

    pub fn tokens(&self) -> &Tokens {
        self.parsed.tokens()
    }

    /// What is wrong with the source, and where.
    pub fn errors(&self) -> Vec<(TextRange, String)> {
        if let Some(range) = self.too_deep {
            return vec![(range, "nested deeper than Python can read".to_owned())];
        }
        let errors = self.parsed.errors().iter();
        let mut errors: Vec<_> = errors
            .map(|error| (error.location, error.error.to_string()))
            .collect();
        errors.sort_by_key(|(range, _)| range.start());
        errors
    }
}

/// Look at the tree of a source.
pub(super) fn module<R>(text: &str, look: impl FnOnce(&Tree) -> R) -> R {
    let end = end_before_the_deep(text, Mode::Module);
    let text = end.map_or(text, |end| &text[..end]);
    let too_deep = end.map(|_| TextRange::empty(text.text_len()));
    let tree = Tree {
        parsed: parse_unchecked_source(text, PySourceType::Python),
        too_deep,
    };
    let room = room(tree.tokens());
    // Taken along, so that it is dropped there too.
    stacker::maybe_grow(room, room, move || look(&tree))
}

/// Look at the tree of one expression; `None` when the text is none.
pub(super) fn expression<R>(text: &str, look: impl FnOnce(&Expr) -> R) -> Option<R> {
    if end_before_the_deep(text, Mode::Expression).is_some() {
        return None;
    }
    let parsed = parse_unchecked(text, ParseOptions::from(Mode::Expression));
    let room = room(parsed.tokens());
    stacker::maybe_grow(room, room, move || {
        let is_whole = parsed.has_valid_syntax();
        let expression = parsed.syntax().as_expression().filter(|_| is_whole)?;
        Some(look(&expression.body))
    })
}

/// Up to where a text can be parsed, if not to its end.
fn end_before_the_deep(text: &str, mode: Mode) -> Option<usize> {
    if text.len() <= SHORT_BYTES || !is_too_deep(text, mode) {
        return None;
    }
    // Where its tokens lie the lexer keeps to itself.
    let (mut end, mut beyond) = (0, text.len());
    while end + 1 < beyond {
        let middle = text.floor_char_boundary(usize::midpoint(end, beyond));
        if middle == end {
            break;
        }
        if is_too_deep(&text[..middle], mode) {
            beyond = middle;
        } else {
            end = middle;
        }
    }
    Some(end)
}

/// Has it more than `MOST_LEVELS`? The lexer takes no stack.
fn is_too_deep(text: &str, mode: Mode) -> bool {
    use TokenKind as T;
    let mut lexer = lex(text, mode);
    let (mut open, mut operators, mut after_operand) = (vec![Open::default()], 0, false);
    loop {
        let token = lexer.next_token();
        let last = open.len() - 1;
        let here = &mut open[last];
        match token {
            T::EndOfFile => return false,
            T::Lpar | T::Lsqb | T::Lbrace | T::FStringStart | T::TStringStart | T::Indent => {
                open.push(Open::default());
            }
            T::Rpar | T::Rsqb | T::Rbrace | T::FStringEnd | T::TStringEnd | T::Dedent => {
                operators -= std::mem::take(here).operators;
                open.truncate(last.max(1));
            }
            T::Comma if here.is_parameters => {}
            T::Comma | T::Semi | T::Newline => operators -= std::mem::take(here).operators,
            T::Colon => here.is_parameters = false,
            T::Minus | T::Plus | T::Tilde | T::Star if after_operand => {}
            T::Minus | T::Plus | T::Tilde | T::Star | T::Not | T::DoubleStar => {
                (here.operators, operators) = (here.operators + 1, operators + 1);
            }
            T::Await | T::Async | T::Yield => {
                (here.operators, operators) = (here.operators + 1, operators + 1);
            }
            T::Lambda | T::If | T::Else => {
                (here.operators, operators) = (here.operators + 1, operators + 1);
                here.is_parameters = token == T::Lambda;
            }
            _ => {}
        }
        if operators + open.len() > MOST_LEVELS {
            return true;
        }
        let is_value = matches!(token, T::None | T::True | T::False | T::Ellipsis);
        let is_literal = matches!(token, T::Int | T::Float | T::Complex | T::String);
        let is_end = matches!(
            token,
            T::Rpar | T::Rsqb | T::Rbrace | T::FStringEnd | T::TStringEnd
        );
        after_operand = token == T::Name || is_value || is_literal || is_end;
    }
}

/// A bracket, string or block that is open.
#[derive(Default)]
struct Open {
    /// Those whose last operand is still to come.
    operators: usize,
    /// What follows is the parameters of a lambda, which its commas do not end.
    is_parameters: bool,
}

/// Stack in bytes for looking at the tree of these tokens, and dropping it.
fn room(tokens: &Tokens) -> usize {
    GROUND + deepest(tokens) * LEVEL
}

/// Levels that the tree of these tokens has at most: a statement has no more than tokens, and stands in no more blocks
/// than there are indents.
fn deepest(tokens: &Tokens) -> usize {
    let (mut blocks, mut most_blocks, mut length, mut longest) = (0_usize, 0, 0, 0);
    for token in tokens {
        match token.kind() {
            TokenKind::Newline => length = 0,
            TokenKind::Indent => blocks += 1,
            TokenKind::Dedent => blocks = blocks.saturating_sub(1),
            _ => length += 1,
        }
        longest = longest.max(length);
        most_blocks = most_blocks.max(blocks);
    }
    longest + most_blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(text: &str) -> Vec<(TextRange, String)> {
        module(text, Tree::errors)
    }

    #[test]
    fn what_python_cannot_read_is_not_given_to_the_parser() {
        const DEPTH: usize = 20_000;
        let deep = |text: &str| text.repeat(DEPTH);
        let texts = [
            format!("x = {}1", deep("-+")),
            format!("x = {}1", deep("not ")),
            format!("x = 1{}", deep("**1")),
            format!("x = {}1{}", deep("("), deep(")")),
            format!("x = {}1{}", deep("[1,{2:"), deep("}]")),
            format!("x = {}1", deep("lambda a, b: ")),
            format!("x = {}1", deep("1 if 1 else ")),
            format!("x = {}1", deep("* ")),
            deep("yield "),
            deep("async "),
            format!("def f(a: {}int{}): pass", deep("list["), deep("]")),
            deep("f'{"),
        ];
        for text in texts {
            let start = &text[..30];
            let all = errors(&text);
            assert_eq!(all.len(), 1, "{start}");
            assert_eq!(all[0].1, "nested deeper than Python can read", "{start}");
            let at = all[0].0.start().to_usize();
            assert!(
                (MOST_LEVELS / 2..text.len()).contains(&at),
                "{start} at {at}"
            );
            assert_eq!(expression(&format!("({text})"), |_| ()), None, "{start}");
        }
    }

    #[test]
    fn what_is_long_and_not_deep_is_read_as_a_whole() {
        const LENGTH: usize = 20_000;
        let long = |text: &str| text.repeat(LENGTH);
        let texts = [
            format!("x = [{}]", long("-1, ")),
            format!("x = [\n{}]", long("lambda a, b: a - -b,\n")),
            format!("x = {{{}}}", long("1: 2 ** -1 if 1 else not 2, ")),
            long("x = not -1\n"),
            long("if x:\n    y = f'{-x}'\nelse:\n    y = (1)\n"),
            format!("x = '{}'", long("((--")),
            format!("x = '''{}'''", long("[ -- \n")),
            format!("# {}", long("{{--")),
            format!("x = 1{}", long(" - 1")),
        ];
        for text in texts {
            assert_eq!(errors(&text).first(), None, "{}", &text[..30]);
        }
    }
}
