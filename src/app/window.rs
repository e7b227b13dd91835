//! The real window: the runtime that its background work runs on, what it is opened with, and its end, as it should be or
//! by a failure of Loom's own. What is in it is `App`'s.

use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::picture::is_picture;
use super::{App, Chooser, Neighbours, Options};
use crate::instance::{Inbox, Mark, log};
use crate::paths::{FRAME_LOG_VARIABLE, Paths, Variables};
use crate::project::archive::is_archive;
use crate::project::state::State;
use crate::project::{self, ProjectError};
use crate::secrets::Keychain;
use crate::settings::Settings;
use crate::sys;
use crate::ui::Level;
use crate::update::{Updater, install};

const ICON: &[u8] = include_bytes!("../../assets/icon/loom-256.png");
/// How long background work may take to end with the window.
const FAREWELL: Duration = Duration::from_secs(2);

/// What background work runs on: that of the window, and that of its tests.
pub fn background_runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("loom-background")
        .enable_all()
        .build()
}

/// What a call means by the project that it names: its folder, the picture of a graph, or an archive.
pub fn named_project(named: &Path, paths: &Paths) -> Result<PathBuf, ProjectError> {
    if is_picture(named) || named.is_file() && is_archive(named) {
        return Ok(std::path::absolute(named).unwrap_or_else(|_| named.to_owned()));
    }
    project::find(named, &paths.userdata)
}

/// Open the window, on a project if one is named, and stay until it is closed. `is_beside`: another one was asked for
/// beside the one that is open.
pub fn open_window(project: Option<PathBuf>, is_beside: bool, paths: Paths) -> anyhow::Result<()> {
    let runtime = background_runtime()?;
    let userdata = paths.userdata.clone();
    let marked = Mark::leave(&userdata);
    let mut problems = Vec::new();
    let (mark, ended) = match marked {
        Ok((mark, ended)) => (Some(mark), ended),
        Err(error) => {
            problems.push(format!(
                "Loom cannot write to its userdata folder: {error}; settings and what is not saved may not be kept: {}",
                userdata.display()
            ));
            (None, Vec::new())
        }
    };
    if let Err(error) = sys::count_interrupts() {
        tracing::warn!(%error, "the system's requests to end are not heard");
    }
    let inbox = Inbox::open(&userdata);
    let neighbours = Neighbours {
        is_beside: is_beside && !inbox.is_first(),
        inbox: Some(inbox),
        ended,
    };
    let (settings, of_settings) = Settings::load(&userdata);
    let (state, of_state) = State::load_telling(&userdata);
    problems.extend(of_settings.into_iter().chain(of_state));
    let variables = Variables::load();
    let updater = Updater::of_this_build();
    let successor = Arc::clone(&updater.successor);
    let options = Options {
        keychain: Keychain::of(&variables),
        state,
        paths,
        settings,
        project,
        runtime: runtime.handle().clone(),
        chooser: Chooser::System,
        frame_log: variables.get(FRAME_LOG_VARIABLE).map(PathBuf::from),
        neighbours,
        updater,
    };
    let icon = eframe::icon_data::from_png_bytes(ICON).unwrap_or_default();
    let viewport = egui::ViewportBuilder::default()
        .with_icon(icon)
        .with_app_id("loom")
        .with_title("Loom")
        .with_inner_size([1400.0, 900.0])
        .with_min_inner_size([720.0, 480.0])
        .with_drag_and_drop(true);
    let native = eframe::NativeOptions {
        viewport,
        persist_window: false,
        ..eframe::NativeOptions::default()
    };
    let create: eframe::AppCreator<'_> = Box::new(move |creation| {
        let mut app = App::new(&creation.egui_ctx, options);
        for problem in problems {
            app.notify(Level::Warning, problem);
        }
        Ok(Box::new(app))
    });
    let run = AssertUnwindSafe(|| eframe::run_native("Loom", native, create));
    let result = std::panic::catch_unwind(run);
    // What writes the journals ends when it has written all.
    runtime.shutdown_timeout(FAREWELL);
    let Ok(result) = result else {
        // The mark stays: the next start tells of it.
        anyhow::bail!(
            "Loom failed and had to end; what was not saved comes back at the next start, and the report lies in {}",
            log::folder(&userdata).display()
        );
    };
    if let Some(mark) = mark {
        mark.end();
    }
    if let Some(program) = successor.get()
        && let Err(error) = install::start_successor(program)
    {
        anyhow::bail!(
            "the new version is in place and could not be started ({error}); start it yourself: {}",
            program.display()
        );
    }
    result.map_err(|error| {
        anyhow::anyhow!(
            "the window could not be opened: {error}; `loom run PROJECT` works without one"
        )
    })
}
