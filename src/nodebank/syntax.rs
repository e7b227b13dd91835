//! Syntax: texts as the parser's trees, looked at and dropped with as much stack as their depth may need. Sources come
//! from anywhere: one expression may be as deep as its file is long, and a stack that overflows takes the whole program
//! with it. The parser sees to its own stack alone. Nothing else calls it.

use ruff_python_ast::token::{TokenKind, Tokens};
use ruff_python_ast::{Expr, ModModule, PySourceType};
use ruff_python_parser::{Mode, ParseOptions, Parsed, parse_unchecked, parse_unchecked_source};

/// Stack in bytes for one level of a tree: the frames of a visitor's step, or those that drop it. Unoptimised frames are
/// larger.
const LEVEL: usize = if cfg!(debug_assertions) { 4096 } else { 1024 };
/// Stack in bytes for what is done at any depth.
const GROUND: usize = 256 << 10;

/// Look at the tree of a source, whole or not: its errors are in it.
pub(super) fn module<R>(text: &str, look: impl FnOnce(&Parsed<ModModule>) -> R) -> R {
    with_room(parse_unchecked_source(text, PySourceType::Python), look)
}

/// Look at the tree of one expression; `None` when the text is none.
pub(super) fn expression<R>(text: &str, look: impl FnOnce(&Expr) -> R) -> Option<R> {
    let parsed = parse_unchecked(text, ParseOptions::from(Mode::Expression));
    with_room(parsed, |parsed| {
        let is_whole = parsed.has_valid_syntax();
        let expression = parsed.syntax().as_expression().filter(|_| is_whole)?;
        Some(look(&expression.body))
    })
}

fn with_room<T, R>(parsed: Parsed<T>, look: impl FnOnce(&Parsed<T>) -> R) -> R {
    let room = GROUND + deepest(parsed.tokens()) * LEVEL;
    // Taken along, so that it is dropped there too.
    stacker::maybe_grow(room, room, move || look(&parsed))
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
