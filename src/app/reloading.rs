//! Reloading: files of nodes that change on disk, noticed by looking at their sizes and times, and what follows: the kinds
//! of the open graph are replaced in place, and the engine tells which results are out of date by that.

use std::path::PathBuf;
use std::time::Duration;

use super::background::{Watch, guarded};
use super::{App, Event};
use crate::engine::EngineStatus;
use crate::graph::{Bank, NodeId};
use crate::nodebank::{Nodebank, Snapshot};
use crate::ui::Level;

/// How often the files are looked at. What was written between two looks is seen when it rests for one: editors write a
/// file in several steps.
const PACE: Duration = Duration::from_millis(400);
/// Problems of sources that are told at once; the library has all.
const TOLD: usize = 3;

impl App {
    /// Watch the folders that a user writes to; Loom's own nodes are looked at when the window gets the keyboard.
    pub(super) fn watch(&self, project: u64, bank: &Nodebank) -> Watch {
        let own = |folder: &&(Bank, PathBuf)| folder.0 != Bank::Builtin;
        let folders: Vec<_> = bank.folders().iter().filter(own).cloned().collect();
        let sender = self.services.sender.clone();
        let look = move || {
            let folders = folders.clone();
            tokio::task::spawn_blocking(move || Snapshot::of(&folders))
        };
        Watch::new(self.services.runtime.spawn(async move {
            let (mut told, mut last) = (None, None);
            while let Ok(now) = look().await {
                let now = Some(now);
                if told.is_none() {
                    told.clone_from(&now);
                } else if now != told && now == last {
                    let event = Event::SourcesChanged { project };
                    if sender.try_send(event).is_ok() {
                        told.clone_from(&now);
                    }
                }
                last = now;
                tokio::time::sleep(PACE).await;
            }
        }))
    }

    /// The folders were looked at: `is_new` when there are other kinds than before.
    pub(super) fn nodebank_read(&mut self, bank: Nodebank, is_new: bool) {
        if is_new {
            self.project.catalog = bank.catalog();
            self.project.document.set_catalog(&self.project.catalog);
            self.mark_stale();
            for problem in bank.problems().iter().take(TOLD) {
                self.notify(Level::Warning, problem.to_string());
            }
        }
        self.reload(bank.edited().to_vec());
        self.project.nodebank = Some(bank);
        self.use_new_kinds();
        if std::mem::take(&mut self.project.code.wants_rescan) {
            self.refresh_catalog();
        }
    }

    /// These files were edited. The engine knows what uses the edits; without one, whatever comes from the files is out
    /// of date.
    fn reload(&mut self, files: Vec<PathBuf>) {
        if files.is_empty() {
            return;
        }
        let is_up = matches!(self.project.run.engine(), EngineStatus::Ready { .. });
        if let Some(engine) = self.project.engine.as_ref().filter(|_| is_up) {
            if let Err(error) = engine.reload(files) {
                self.notify(Level::Error, error.to_string());
            }
            return;
        }
        let nodes = self.project.flat.graph().nodes();
        let is_from = |file: &std::path::Path| files.iter().any(|edited| edited == file);
        let edited = nodes.filter(|node| node.kind.file.as_deref().is_some_and(is_from));
        let edited: Vec<_> = edited.map(|node| node.id).collect();
        self.outdate(edited);
    }

    /// These flat nodes give another result now, and so does what needs them.
    pub(super) fn outdate(&mut self, nodes: Vec<NodeId>) {
        let project = &mut self.project;
        let below = project.flat.graph().downstream(nodes);
        if below.is_empty() {
            return;
        }
        project.run.mark_stale(below.iter().copied());
        project.live.want(below);
        project.live.change();
    }

    /// Look for sources that changed, off the UI's thread, for every project that is open.
    pub(super) fn refresh_catalogs(&mut self) {
        for serial in self.serials() {
            self.with_project(serial, Self::refresh_catalog);
        }
    }

    /// Sources of the project that is shown were written: look at them, once more if somebody is just looking.
    pub(super) fn rescan(&mut self) {
        self.project.code.wants_rescan = self.project.nodebank.is_none();
        self.refresh_catalog();
    }

    pub(super) fn refresh_catalog(&mut self) {
        self.look_at_open_code();
        let Some(mut bank) = self.project.nodebank.take() else {
            return;
        };
        let serial = self.project.serial;
        self.services.spawn(move || {
            // The bank comes back whatever happens, or nothing would be read any more.
            let is_new = guarded(|| Ok(bank.refresh())).unwrap_or_default();
            Event::Nodebank {
                project: serial,
                bank,
                is_new,
            }
        });
    }
}
