//! Tests of plans: what is sent of a graph, and when.
