//! What would run of a project, or what of it changed, as the page of trust shows it. Reads files; decides nothing.

use std::path::Path;

use super::is_source;
use crate::paths::read_text_bounded;
use crate::plain;
use crate::project::requirements;
use crate::project::trust::{self, How, Look};
use crate::ui::trust::{FileRow, LineRow, TrustPage};

/// Of one file so much is shown, and of all together.
const SHOWN_BYTES: usize = 64 << 10;
const ALL_SHOWN_BYTES: usize = 1 << 20;
/// Of a name, so that the page keeps its size, and of a requirement.
const MOST_LETTERS: usize = 56;
const MOST_LINE_LETTERS: usize = 400;

/// What would run, as the dialog shows it. Reads files.
pub(super) fn page(look: &Look, project: String) -> TrustPage {
    let mut room = ALL_SHOWN_BYTES;
    let mut text_of = |name: &str| {
        let path = &look.holds.files.get(name)?.path;
        let text = read_text_bounded(path, SHOWN_BYTES as u64).ok()?;
        room = room.checked_sub(text.len())?;
        Some(plain::source(&text))
    };
    let own = |name: &String| name != crate::document::file::SAVEFILE;
    let mut files: Vec<FileRow> = Vec::new();
    match &look.changes {
        Some(changes) => files.extend(changes.iter().map(|change| FileRow {
            name: plain::name(&change.name, MOST_LETTERS),
            how: match change.how {
                How::Added => "new",
                How::Changed => "changed",
                How::Removed => "removed",
            },
            text: if change.how == How::Added {
                text_of(&change.name).unwrap_or_default()
            } else {
                plain::source(&change.lines.join("\n"))
            },
        })),
        None => files.extend(
            look.holds
                .files
                .keys()
                .filter(|name| own(name))
                .map(|name| FileRow {
                    name: plain::name(name, MOST_LETTERS),
                    how: "",
                    text: text_of(name).unwrap_or_default(),
                }),
        ),
    }
    let requirements = look.holds.files.get("requirements.txt");
    let requirements = requirements.map(|file| trust::whole_text(&file.path));
    let lines = requirements::parse(&requirements.unwrap_or_default());
    TrustPage {
        project: plain::name(&project, MOST_LETTERS),
        around: look.around.as_deref().map(name_of),
        is_changed: look.changes.is_some(),
        has_sources: look.changes.iter().flatten().any(|it| is_source(&it.name)),
        is_whole: look.holds.is_whole,
        files,
        lines: lines
            .iter()
            .map(|line| LineRow {
                text: plain::name(&line.text, MOST_LINE_LETTERS),
                risk: if line.needs_consent() {
                    line.risk()
                } else {
                    ""
                },
            })
            .collect(),
    }
}

fn name_of(folder: &Path) -> String {
    let name = folder.file_name().unwrap_or(folder.as_os_str());
    plain::name(&name.to_string_lossy(), MOST_LETTERS / 2)
}
