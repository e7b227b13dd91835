//! Kinds that tests make graphs of. For tests alone.

use std::sync::Arc;

use super::{Bank, InputSpec, NodeKind, OutputSpec, ValueType};

/// `a`, `b` -> `sum`, all whole numbers.
pub fn add_kind() -> Arc<NodeKind> {
    let mut kind = NodeKind::new(Bank::Builtin, "add");
    kind.inputs = ["a", "b"]
        .map(|name| InputSpec::new(name, ValueType::Int))
        .to_vec();
    kind.outputs = vec![OutputSpec {
        name: "sum".into(),
        ty: ValueType::Int,
    }];
    Arc::new(kind)
}
