//! Start: what the call says, where things lie, the log and the reports of crashes; then the command line, or the window,
//! unless one is open that takes what is asked for.
//! Decides nothing else.
#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser as _;
use loom::cli::{self, Args};
use loom::instance::log::{self, Tail};
use loom::instance::{self, report};
use loom::paths::{LOG_VARIABLE, Paths, Variables};
use loom::project::lock;
use loom::redact::Hiding;
use loom::{app, sys};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::writer::{BoxMakeWriter, MakeWriterExt as _};

fn main() -> ExitCode {
    report::say_on_panic();
    sys::attach_console();
    sys::keep_freed_memory();
    let _presence = sys::show_presence();
    let args = Args::parse();
    let variables = Variables::load();
    let paths = match Paths::find(args.userdata.as_deref(), &variables) {
        Ok(paths) => paths,
        Err(error) => return refuse(&error.to_string()),
    };
    let filter = variables.get_text(LOG_VARIABLE);
    match (args.verb, args.project) {
        (Some(_), Some(project)) => refuse(&format!(
            "\"{}\" stands before the verb; name the project after it",
            project.display()
        )),
        (Some(verb), None) => {
            start_log(filter, None);
            cli::run(&verb, &paths)
        }
        (None, project) => window(project, args.new_window, paths, filter),
    }
}

/// The window, or the one that is open already with what this call names.
fn window(named: Option<PathBuf>, is_new: bool, paths: Paths, filter: Option<String>) -> ExitCode {
    let project = named.map(|named| app::named_project(&named, &paths));
    let project = match project.transpose() {
        Ok(project) => project,
        Err(error) => return refuse(&error.to_string()),
    };
    if !is_new {
        let holder = project.as_deref().and_then(lock::holder_here);
        let taken = instance::hand_over(&paths.userdata, project.as_deref(), holder);
        if let Some(process) = taken {
            let what = project.map_or_else(
                || "Loom".to_owned(),
                |project| project.display().to_string(),
            );
            writeln!(
                io::stderr(),
                "loom: {what} is shown in the window that is open already (process {process}); --new-window opens \
                 another one"
            )
            .ok();
            return ExitCode::SUCCESS;
        }
    }
    let tail = start_log(filter, Some(&paths.userdata));
    report::write_on_panic(&paths.userdata, tail);
    match app::open_window(project, is_new, paths) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => refuse(&format!("{error:#}")),
    }
}

fn refuse(message: &str) -> ExitCode {
    writeln!(io::stderr(), "loom: {message}").ok();
    ExitCode::from(cli::Exit::Usage as u8)
}

/// Log to standard error; a window without a terminal logs to a file in userdata. The last lines stay in memory.
fn start_log(filter: Option<String>, window: Option<&Path>) -> Tail {
    let filter = filter.as_deref().unwrap_or("warn");
    let file = window
        .filter(|_| !io::stderr().is_terminal())
        .and_then(|userdata| log::begin(userdata).ok());
    let writer = file.map_or_else(|| BoxMakeWriter::new(io::stderr), BoxMakeWriter::new);
    let tail = Tail::default();
    let remembered = tail.clone();
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("warn")))
        .with_ansi(false)
        .with_writer(Hiding(writer.and(move || remembered.clone())))
        .init();
    tail
}
