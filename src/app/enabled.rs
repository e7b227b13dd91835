//! Enabled: which commands can do something now. Changes nothing.

use super::App;
use crate::command::Command;

impl App {
    /// Can the command do something now?
    pub(super) fn is_enabled(&self, command: Command) -> bool {
        if self.project.is_welcome() && !is_for_welcome(command) {
            return false;
        }
        let document = &self.project.document;
        let is_paused = self.project.run.paused().next().is_some();
        let has_selection = !document.selection().is_empty();
        match command {
            Command::Undo => document.history().undo_label().is_some(),
            Command::Redo => document.history().redo_label().is_some(),
            Command::Cut
            | Command::Copy
            | Command::Duplicate
            | Command::Delete
            | Command::Unlink
            | Command::Group
            | Command::Ungroup
            | Command::Mute
            | Command::Bypass
            | Command::Collapse
            | Command::SelectUpstream
            | Command::SelectDownstream
            | Command::Dissolve
            | Command::TakeOut
            | Command::AddReroute
            | Command::StartLink
            | Command::Colour
            | Command::FitFrame
            | Command::MoveLeft
            | Command::MoveRight
            | Command::MoveUp
            | Command::MoveDown
            | Command::ZoomToSelection => has_selection,
            Command::AutoLayout => !document.graph().is_empty(),
            Command::Straighten => has_selection,
            Command::AlignLeft
            | Command::AlignRight
            | Command::AlignTop
            | Command::AlignBottom
            | Command::AlignCentreX
            | Command::AlignCentreY => document.selection().len() >= 2,
            Command::DistributeHorizontally | Command::DistributeVertically => {
                document.selection().len() >= 3
            }
            Command::Rename | Command::EditNode | Command::InsertOnLink => {
                document.selected_node().is_some()
            }
            Command::OpenSubgraph | Command::MakeIndependent => document
                .selected_node()
                .is_some_and(|node| node.kind.role.inside().is_some()),
            Command::CloseSubgraph => !document.path().is_empty(),
            Command::Save => document.is_dirty() || self.saves_code(),
            Command::SaveCopy
            | Command::ReloadSavefile
            | Command::ExportProject
            | Command::RenameProject
            | Command::DuplicateProject
            | Command::DeleteProject => self.project.folder.is_some(),
            Command::EditHere => self.project.holding.is_barred(),
            Command::Versions => self.project.folder.is_some() && !self.project.is_version(),
            Command::SettleSavefile => self.project.outside.is_asking(),
            Command::EditCode | Command::OpenOutside => self.selected_source().is_some(),
            Command::EditCopy => self.can_copy_kind(),
            Command::SavePicture | Command::CopyPicture => !document.graph().is_empty(),
            Command::Run => self.project.can_run() || is_paused,
            Command::RunToHere
            | Command::RunSelection
            | Command::RunAgain
            | Command::RunAgainFromHere => self.project.can_run() && has_selection,
            Command::Breakpoint => has_selection,
            Command::ClearBreakpoints => !self.project.panels.canvas.breakpoints.is_empty(),
            Command::Continue => is_paused,
            Command::Step => self.project.can_run() || is_paused,
            Command::Stop => self.project.is_busy(),
            Command::NextProject | Command::PreviousProject => self.tab_count() > 1,
            Command::CloseProject => !self.project.is_welcome() || self.tab_count() > 1,
            Command::Trust => self.project.is_restricted(),
            Command::RestartEngine => self.project.has_engine(),
            Command::UpgradePackages => !self.project.environment.is_incomplete(),
            Command::PreviousEnvironment => self.project.environment.previous.is_some(),
            Command::RebuildEnvironment => !self.project.is_busy() && self.project.folder.is_some(),
            _ => true,
        }
    }
}

/// What can be done where no project is shown.
pub(super) fn is_for_welcome(command: Command) -> bool {
    matches!(
        command,
        Command::NewProject
            | Command::OpenProject
            | Command::Import
            | Command::CloseProject
            | Command::NextProject
            | Command::PreviousProject
            | Command::Quit
            | Command::Settings
            | Command::ToggleTheme
            | Command::Palette
            | Command::Welcome
            | Command::Keys
            | Command::CheckUpdates
            | Command::About
    ) || is_of_scale(command)
}

pub(super) fn is_of_scale(command: Command) -> bool {
    matches!(
        command,
        Command::ScaleUp | Command::ScaleDown | Command::ScaleReset
    )
}
