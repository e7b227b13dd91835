//! Loom builds Python programs as node graphs. In reading order: the model (`graph`), the library of node kinds
//! read from sources (`nodebank`), what is being edited (`document`), where it lies (`project`), the process that
//! runs it (`engine`), packages of nodes from elsewhere (`packages`), the two faces, `ui` with `app`, and `cli`, and `picture`, which both use to make the canvas a
//! file. `ARCHITECTURE.md` says who may use whom.

pub mod app;
pub mod cli;
pub mod command;
pub mod costs;
pub mod document;
pub mod engine;
pub mod event;
pub mod graph;
pub mod instance;
pub mod nodebank;
#[cfg(test)]
#[path = "../tests/shared/not_tested.rs"]
mod not_tested;
pub mod packages;
pub mod paths;
pub mod picture;
pub mod plain;
pub mod project;
pub mod redact;
pub mod runlog;
pub mod secrets;
pub mod settings;
pub mod sys;
pub mod ui;
pub mod update;
