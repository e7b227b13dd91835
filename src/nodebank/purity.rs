//! Purity: does a function's source show that its result depends on more than its inputs? Then an earlier result is
//! never used again, unless the mark says otherwise. It knows calls by their names and follows no helper: what it does
//! not see, `@loom.node(cache=False)` says.

use ruff_python_ast::visitor::{Visitor, walk_expr};
use ruff_python_ast::{Expr, ExprCall, StmtFunctionDef};

use super::names::{Meaning, Names};
use crate::graph::{InputSpec, Widget};

/// Calls, or whole modules where the name ends in a dot, that give something else each time or act on the world.
const NEVER_THE_SAME: [&str; 24] = [
    "time.time",
    "time.time_ns",
    "time.monotonic",
    "time.perf_counter",
    "time.localtime",
    "time.gmtime",
    "time.ctime",
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "datetime.datetime.today",
    "datetime.date.today",
    "random.",
    "numpy.random.",
    "secrets.",
    "uuid.uuid1",
    "uuid.uuid4",
    "os.urandom",
    "urllib.request.",
    "requests.",
    "httpx.",
    "socket.",
    "subprocess.",
    "smtplib.",
    "ftplib.",
];

/// Of those, what gives the same again when it is given a seed.
const SEEDED: [&str; 4] = [
    "random.Random",
    "numpy.random.default_rng",
    "numpy.random.RandomState",
    "numpy.random.Generator",
];

/// May a result be used again for the same inputs?
pub fn is_pure(function: &StmtFunctionDef, inputs: &[InputSpec], names: &Names) -> bool {
    let is_written = |input: &InputSpec| matches!(input.widget, Widget::SaveFile { .. });
    if inputs.iter().any(is_written) {
        return false;
    }
    let mut calls = Calls {
        names,
        own: Names::of(&function.body),
        is_pure: true,
    };
    calls.visit_body(&function.body);
    calls.is_pure
}

struct Calls<'a> {
    names: &'a Names<'a>,
    /// What is imported inside of the function.
    own: Names<'a>,
    is_pure: bool,
}

impl<'a> Visitor<'a> for Calls<'a> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Call(call) = expr
            && self.changes(call)
        {
            self.is_pure = false;
        }
        walk_expr(self, expr);
    }
}

impl Calls<'_> {
    fn changes(&self, call: &ExprCall) -> bool {
        let imported = |names: &Names| match names.meaning(&call.func)? {
            Meaning::Imported(path) => Some(path),
            _ => None,
        };
        let Some(path) = imported(&self.own).or_else(|| imported(self.names)) else {
            return false;
        };
        let is_seeded = !call.arguments.args.is_empty() || !call.arguments.keywords.is_empty();
        if SEEDED.contains(&path.as_str()) && is_seeded {
            return false;
        }
        NEVER_THE_SAME.iter().any(|known| {
            if known.ends_with('.') {
                path.starts_with(known)
            } else {
                path == *known
            }
        })
    }
}
