//! Start: what the call says, where things lie, the log and the panic hook; then the command line or the window.
//! Decides nothing else.
#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

use std::fs::File;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;
use std::process::ExitCode;

use clap::Parser as _;
use loom::cli::{self, Args};
use loom::paths::{LOG_VARIABLE, Paths, Variables};
use loom::redact::Hiding;
use loom::{app, sys};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::writer::BoxMakeWriter;

fn main() -> ExitCode {
    sys::attach_console();
    sys::keep_freed_memory();
    let args = Args::parse();
    let variables = Variables::load();
    let paths = match Paths::find(args.userdata.as_deref(), &variables) {
        Ok(paths) => paths,
        Err(error) => return refuse(&error.to_string()),
    };
    let log_file = args.verb.is_none().then(|| paths.userdata.join("loom.log"));
    start_log(variables.get_text(LOG_VARIABLE), log_file.as_deref());
    log_panics();
    match (&args.verb, args.project) {
        (Some(_), Some(project)) => refuse(&format!(
            "\"{}\" stands before the verb; name the project after it",
            project.display()
        )),
        (Some(verb), None) => cli::run(verb, &paths),
        (None, project) => match app::open_window(project, paths) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => refuse(&format!("{error:#}")),
        },
    }
}

fn refuse(message: &str) -> ExitCode {
    writeln!(io::stderr(), "loom: {message}").ok();
    ExitCode::from(cli::Exit::Usage as u8)
}

/// Log to standard error; a window without a terminal logs to a file, which is made anew each time.
fn start_log(filter: Option<String>, file: Option<&Path>) {
    let filter = filter.as_deref().unwrap_or("warn");
    let file = file
        .filter(|_| !io::stderr().is_terminal())
        .and_then(|path| {
            std::fs::create_dir_all(path.parent()?).ok()?;
            File::create(path).ok()
        });
    let writer = file.map_or_else(|| BoxMakeWriter::new(io::stderr), BoxMakeWriter::new);
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("warn")))
        .with_ansi(false)
        .with_writer(Hiding(writer))
        .init();
}

/// A panic is in the log as well as on standard error.
fn log_panics() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        tracing::error!("{panic}");
        before(panic);
    }));
}
