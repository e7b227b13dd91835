//! How nodes are called more than once.

use std::sync::Arc;

use crate::document::Transaction;
use crate::graph::{Edit, Looping, NodeId};

/// Call a node as `looping` says, or once when it says nothing.
pub fn set_looping(node: NodeId, looping: Looping) -> Transaction {
    let looping = looping.is_some().then(|| Arc::new(looping));
    Transaction::new("Repeat", vec![Edit::SetLooping { node, looping }])
}
