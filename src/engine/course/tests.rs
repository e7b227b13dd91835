//! Tests of a run that takes several processes.
