//! This window and others: what another Loom asks of it, the end that the system asks for, what failed in the background,
//! and what is told of windows that ended without a farewell.

use std::collections::VecDeque;
use std::path::PathBuf;

use super::background::Watch;
use super::{App, Event};
use crate::instance::report::{self, Survived};
use crate::instance::{Ended, Inbox, PACE, log};
use crate::plain::sentence;
use crate::project::generations::time_in_words;
use crate::sys;
use crate::ui::Level;
use crate::ui::crash::CrashPage;
use crate::ui::dialogs::Dialog;

/// Most of a report that is shown.
const REPORT_BYTES: usize = 64 << 10;

/// What a window is told of others when it starts.
#[derive(Debug, Default)]
pub struct Neighbours {
    /// Where others ask of it.
    pub inbox: Option<Inbox>,
    /// Windows that ended without a farewell.
    pub ended: Vec<Ended>,
    /// It was asked for beside the window that is open already, whose tabs are not its own.
    pub is_beside: bool,
}

/// What is to be done for others as soon as no question is open.
#[derive(Default)]
pub(super) struct Waiting {
    open: VecDeque<PathBuf>,
    /// What is told of windows that ended without a farewell.
    pub crash: Option<CrashPage>,
}

impl App {
    /// Look from now on for what others and the system ask.
    pub(super) fn listen(&self, inbox: Option<Inbox>) -> Option<Watch> {
        let mut inbox = inbox?;
        let sender = self.services.sender.clone();
        Some(Watch::new(self.services.runtime.spawn(async move {
            let mut told_of_end = false;
            loop {
                let looked = tokio::task::spawn_blocking(move || {
                    let asked = inbox.take();
                    (inbox, asked)
                });
                let Ok((back, asked)) = looked.await else {
                    return;
                };
                inbox = back;
                let mut events: Vec<_> = asked.into_iter().map(Event::Asked).collect();
                events.extend(report::take_survived().into_iter().map(Event::Survived));
                match sys::interrupts() {
                    0 => {}
                    1 => {
                        if !std::mem::replace(&mut told_of_end, true) {
                            events.push(Event::EndAsked);
                        }
                    }
                    // Asked again: it does not get there.
                    _ => std::process::exit(1),
                }
                for event in events {
                    if sender.send(event).await.is_err() {
                        return;
                    }
                }
                tokio::time::sleep(PACE).await;
            }
        })))
    }

    /// Another Loom was started, on this path or on none.
    pub(super) fn asked(&mut self, open: Option<PathBuf>) {
        let context = &self.services.context;
        for command in [
            egui::ViewportCommand::Minimized(false),
            egui::ViewportCommand::Focus,
            // Where the system lets no program come to the front by itself, it shows that this one wants to.
            egui::ViewportCommand::RequestUserAttention(egui::UserAttentionType::Informational),
        ] {
            context.send_viewport_cmd(command);
        }
        self.for_others.open.extend(open);
    }

    /// What waited for an open question to be answered.
    pub(super) fn serve_others(&mut self) {
        if self.dialog.is_some() {
            return;
        }
        if let Some(mut page) = self.for_others.crash.take() {
            if page.recovered.is_empty() {
                // It was asked about, or opened in place of a file that is damaged.
                let told = |name: String| format!("{name} has changes that are not saved");
                page.recovered = self.names_of_unsaved().into_iter().map(told).collect();
            }
            self.dialog = Some(Dialog::Crash(page));
        } else if let Some(path) = self.for_others.open.pop_front() {
            self.open_named(&path);
        }
    }

    /// The system asks for the end: what is not saved stays in the journals, and nothing is asked.
    pub(super) fn end_asked(&mut self) {
        self.finish_drafts();
        self.is_told_to_end = true;
        let context = &self.services.context;
        context.send_viewport_cmd(egui::ViewportCommand::Close);
    }

    pub(super) fn survived(&mut self, survived: &Survived) {
        let Survived { said, report } = survived;
        self.notify(
            Level::Error,
            format!(
                "Something in Loom itself failed in the background, and what it was doing is not done: {said}; the report \
                 lies in {}",
                report.display()
            ),
        );
    }

    pub(super) fn open_logs(&mut self) {
        let folder = log::folder(&self.paths.userdata);
        if let Err(error) = open::that_detached(&folder) {
            tracing::warn!(%error, "a folder cannot be shown");
            let text = format!(
                "No program of this system shows folders; the logs lie in {}",
                folder.display()
            );
            self.notify(Level::Error, text);
        }
    }

    /// What is told of windows that ended without a farewell; nothing where the machine went off with them, since that
    /// is known.
    pub(super) fn crash_page(&self, ended: &[Ended]) -> Option<CrashPage> {
        let told = ended
            .iter()
            .filter(|ended| ended.report.is_some() || !ended.with_machine);
        let last = told.max_by_key(|ended| (ended.report.is_some(), ended.since))?;
        let since = time_in_words(last.since);
        let report = last.report.as_ref().and_then(|path| beginning_of(path));
        Some(match report {
            Some(report) => {
                let first = report.lines().next().unwrap_or_default();
                let said = first
                    .split_once(" failed: ")
                    .map_or(first, |(_, said)| said);
                CrashPage {
                    title: "Loom had to end".to_owned(),
                    text: format!("It was an error of Loom's own, and not of yours: {said}."),
                    recovered: Vec::new(),
                    report,
                }
            }
            None => CrashPage {
                title: "Loom ended unexpectedly".to_owned(),
                text: format!(
                    "The window that was opened at {since} was ended from outside, or by the system."
                ),
                recovered: Vec::new(),
                report: format!(
                    "Loom {} ended unexpectedly\n\nProcess: {}\nOpened: {since}\nSystem: {} {}\n\nLast lines of its \
                     log:\n{}\n",
                    env!("CARGO_PKG_VERSION"),
                    last.process,
                    std::env::consts::OS,
                    std::env::consts::ARCH,
                    log::end_of_last(&self.paths.userdata, last.since)
                ),
            },
        })
    }

    /// What came back of a project: told after a crash with the rest of it, else by itself.
    pub(super) fn tell_recovered(&mut self, name: &str, told: String) {
        let shown = match &mut self.dialog {
            Some(Dialog::Crash(page)) => Some(page),
            _ => None,
        };
        match self.for_others.crash.as_mut().or(shown) {
            Some(page) => page.recovered.push(format!("{name}: {told}")),
            None => self.notify(Level::Success, sentence(&told)),
        }
    }

    /// Debug builds can be made to fail, so that what follows is seen in the real program: `LOOM_FAIL=window` fails with
    /// the first change that is not saved, `LOOM_FAIL=background` a second after the start.
    #[cfg(debug_assertions)]
    pub(super) fn fail_if_asked(&self) {
        static ASKED: std::sync::OnceLock<Option<String>> = std::sync::OnceLock::new();
        static BEGUN: std::sync::Once = std::sync::Once::new();
        match ASKED
            .get_or_init(|| std::env::var("LOOM_FAIL").ok())
            .as_deref()
        {
            Some("window") => {
                assert!(
                    !self.project.document.is_dirty(),
                    "it was asked to fail by LOOM_FAIL"
                );
            }
            Some("background") => BEGUN.call_once(|| {
                self.services
                    .spawn(|| panic!("it was asked to fail by LOOM_FAIL"));
            }),
            _ => {}
        }
    }
}

fn beginning_of(path: &std::path::Path) -> Option<String> {
    let bytes = std::fs::read(path).ok()?;
    let bytes = &bytes[..bytes.len().min(REPORT_BYTES)];
    Some(String::from_utf8_lossy(bytes).into_owned())
}
