//! Command: every named user action, once. Menus, palette, key sheet and shortcuts are made from this table.
//! Knows key types and nothing else: what a command does stands in `app`.

use egui::{Key, KeyboardShortcut, Modifiers};

/// Menu that a command stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Menu {
    File,
    Edit,
    Arrange,
    View,
    Run,
    Help,
}

impl Menu {
    pub const ALL: [Self; 6] = [
        Self::File,
        Self::Edit,
        Self::Arrange,
        Self::View,
        Self::Run,
        Self::Help,
    ];

    pub fn title(self) -> &'static str {
        match self {
            Self::File => "File",
            Self::Edit => "Edit",
            Self::Arrange => "Arrange",
            Self::View => "View",
            Self::Run => "Run",
            Self::Help => "Help",
        }
    }
}

/// Where a command's keys count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Everywhere, also while a text field has the keyboard.
    Window,
    /// Only while no text field has the keyboard: plain keys, and keys that text fields use themselves.
    Canvas,
}

/// What stands in the table about a command.
pub struct Entry {
    pub command: Command,
    pub title: &'static str,
    pub menu: Menu,
    pub reach: Reach,
    /// The first is shown; the others work too.
    pub shortcuts: &'static [KeyboardShortcut],
    pub help: &'static str,
}

const CTRL: Modifiers = Modifiers::COMMAND;
const CTRL_SHIFT: Modifiers = Modifiers::COMMAND.plus(Modifiers::SHIFT);

const fn key(modifiers: Modifiers, key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(modifiers, key)
}

macro_rules! commands {
    ($($command:ident, $title:literal, $menu:ident, $reach:ident, [$($keys:expr),*], $help:literal;)*) => {
        /// A named user action.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Command { $(#[doc = $help] $command,)* }

        /// In the order of the menus.
        pub const TABLE: &[Entry] = &[$(Entry {
            command: Command::$command,
            title: $title,
            menu: Menu::$menu,
            reach: Reach::$reach,
            shortcuts: &[$($keys),*],
            help: $help,
        },)*];
    };
}

commands! {
    NewProject, "New project…", File, Window, [key(CTRL, Key::N)], "Make an empty project in the userdata folder";
    OpenProject, "Open project…", File, Window, [key(CTRL, Key::O)], "Open a project's folder or savefile";
    Save, "Save", File, Window, [key(CTRL, Key::S)], "Write the savefile";
    SavePicture, "Save as picture…", File, Window, [key(CTRL_SHIFT, Key::E)], "Draw the graph, or the selection when it is of several nodes, as a PNG or SVG that opens as the graph again";
    CloseProject, "Close project", File, Window, [key(CTRL, Key::W)], "Close the project that is shown; asks when it is not saved";
    Quit, "Quit", File, Window, [key(CTRL, Key::Q)], "Close Loom; asks when something is not saved";

    Undo, "Undo", Edit, Canvas, [key(CTRL, Key::Z)], "Take the last change back";
    Redo, "Redo", Edit, Canvas, [key(CTRL_SHIFT, Key::Z), key(CTRL, Key::Y)], "Make the change again that was taken back";
    Cut, "Cut", Edit, Canvas, [key(CTRL, Key::X)], "Move the selected nodes to the clipboard";
    Copy, "Copy", Edit, Canvas, [key(CTRL, Key::C)], "Put the selected nodes on the clipboard as text";
    CopyPicture, "Copy as picture", Edit, Window, [key(CTRL_SHIFT, Key::C)], "Put a picture of the graph, or of the selection when it is of several nodes, on the clipboard";
    Paste, "Paste", Edit, Canvas, [key(CTRL, Key::V)], "Insert nodes from the clipboard at the pointer";
    Duplicate, "Duplicate", Edit, Canvas, [key(CTRL, Key::D), key(Modifiers::SHIFT, Key::D)], "Copy the selected nodes beside themselves";
    Delete, "Delete", Edit, Canvas, [key(Modifiers::NONE, Key::Delete), key(Modifiers::NONE, Key::Backspace)], "Remove the selected nodes and their links";
    Rename, "Rename node", Edit, Canvas, [key(Modifiers::NONE, Key::F2)], "Give the selected node a title";
    AddNode, "Add node…", Edit, Canvas, [key(Modifiers::NONE, Key::Tab), key(Modifiers::NONE, Key::Space), key(Modifiers::SHIFT, Key::A)], "Search a node and add it at the pointer";
    SelectAll, "Select all", Edit, Canvas, [key(CTRL, Key::A)], "Select every node";
    SelectNone, "Select nothing", Edit, Canvas, [key(Modifiers::NONE, Key::Escape)], "Clear the selection and drop what is being dragged";
    Find, "Find…", Edit, Window, [key(CTRL, Key::F)], "Find nodes by title, kind, value or help";
    FindNext, "Find next", Edit, Window, [key(Modifiers::NONE, Key::F3)], "Show the next node that was found";
    FindPrevious, "Find previous", Edit, Window, [key(Modifiers::SHIFT, Key::F3)], "Show the node that was found before";
    Unlink, "Cut links", Edit, Canvas, [key(Modifiers::NONE, Key::X)], "Remove all links of the selected nodes";

    AutoLayout, "Auto layout", Arrange, Canvas, [key(Modifiers::NONE, Key::L)], "Arrange the selected nodes in columns along their links; all nodes when fewer than two are selected";
    Straighten, "Straighten links", Arrange, Canvas, [key(Modifiers::NONE, Key::Q)], "Move the selected nodes up or down so that links between them are level";
    AlignLeft, "Align left", Arrange, Canvas, [key(CTRL_SHIFT, Key::ArrowLeft)], "Bring the left edges of the selected nodes onto one line";
    AlignRight, "Align right", Arrange, Canvas, [key(CTRL_SHIFT, Key::ArrowRight)], "Bring the right edges of the selected nodes onto one line";
    AlignTop, "Align top", Arrange, Canvas, [key(CTRL_SHIFT, Key::ArrowUp)], "Bring the upper edges of the selected nodes onto one line";
    AlignBottom, "Align bottom", Arrange, Canvas, [key(CTRL_SHIFT, Key::ArrowDown)], "Bring the lower edges of the selected nodes onto one line";
    AlignCentreX, "Align horizontal centres", Arrange, Canvas, [key(Modifiers::ALT, Key::H)], "Bring the middles of the selected nodes onto one upright line";
    AlignCentreY, "Align vertical centres", Arrange, Canvas, [key(Modifiers::ALT, Key::V)], "Bring the middles of the selected nodes onto one level line";
    DistributeHorizontally, "Distribute horizontally", Arrange, Canvas, [key(Modifiers::SHIFT, Key::H)], "Make the gaps between the selected nodes equal, from left to right";
    DistributeVertically, "Distribute vertically", Arrange, Canvas, [key(Modifiers::SHIFT, Key::V)], "Make the gaps between the selected nodes equal, from top to bottom";

    ZoomToFit, "Zoom to fit", View, Canvas, [key(Modifiers::NONE, Key::Home)], "Show the whole graph";
    ZoomToSelection, "Zoom to selection", View, Canvas, [key(Modifiers::NONE, Key::F)], "Show the selected nodes";
    ZoomIn, "Zoom in", View, Canvas, [key(Modifiers::NONE, Key::Plus), key(Modifiers::NONE, Key::Equals)], "Come nearer";
    ZoomOut, "Zoom out", View, Canvas, [key(Modifiers::NONE, Key::Minus)], "Step back";
    ZoomReset, "Zoom to 100 %", View, Canvas, [key(Modifiers::NONE, Key::Num1)], "One unit a point";
    NextNode, "Go to the next node", View, Canvas, [key(Modifiers::NONE, Key::ArrowRight), key(Modifiers::NONE, Key::ArrowDown)], "Select the nearest node to the right or below";
    PreviousNode, "Go to the previous node", View, Canvas, [key(Modifiers::NONE, Key::ArrowLeft), key(Modifiers::NONE, Key::ArrowUp)], "Select the nearest node to the left or above";
    ToggleSnap, "Snap to grid", View, Canvas, [key(Modifiers::SHIFT, Key::S)], "Let nodes snap to the grid as they are dragged";
    ToggleTheme, "Switch dark and light", View, Window, [key(CTRL_SHIFT, Key::L)], "Change between the dark and the light theme";
    Outline, "Outline", View, Window, [key(CTRL_SHIFT, Key::O)], "List all nodes and links; arrows walk, Enter shows a node on the canvas";
    ResetPanels, "Reset panels", View, Window, [], "Put all panels back where they were at first";
    NextProject, "Next project", View, Window, [key(CTRL, Key::Tab), key(CTRL, Key::PageDown)], "Show the next of the open projects";
    PreviousProject, "Previous project", View, Window, [key(CTRL_SHIFT, Key::Tab), key(CTRL, Key::PageUp)], "Show the previous of the open projects";
    Palette, "Command palette…", View, Window, [key(CTRL_SHIFT, Key::P)], "Search a command and run it";

    Run, "Run all", Run, Window, [key(Modifiers::NONE, Key::F5), key(CTRL, Key::Enter)], "Run every node that changed and what depends on it";
    RunToHere, "Run to here", Run, Window, [key(Modifiers::NONE, Key::F6), key(CTRL_SHIFT, Key::Enter)], "Run the selected nodes and what they need";
    Stop, "Stop", Run, Window, [key(Modifiers::SHIFT, Key::F5), key(CTRL, Key::Period)], "Stop the run";
    RestartEngine, "Restart the engine", Run, Window, [], "End the project's Python process; the next run starts a new one";
    RebuildEnvironment, "Rebuild the environment", Run, Window, [], "Install the project's packages anew";

    Welcome, "Welcome page", Help, Window, [key(CTRL, Key::T)], "Recent projects, templates and what is new";
    Keys, "Keyboard shortcuts", Help, Window, [key(Modifiers::NONE, Key::F1)], "All commands and their keys";
    About, "About Loom", Help, Window, [], "Version and licence";
}

impl Command {
    pub fn entry(self) -> &'static Entry {
        &TABLE[self as usize]
    }

    pub fn title(self) -> &'static str {
        self.entry().title
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_enum_and_no_key_is_used_twice() {
        let mut seen = std::collections::HashMap::new();
        for (i, entry) in TABLE.iter().enumerate() {
            assert_eq!(entry.command as usize, i);
            for shortcut in entry.shortcuts {
                if let Some(other) = seen.insert(*shortcut, entry.title) {
                    panic!("{shortcut:?} means \"{other}\" and \"{}\"", entry.title);
                }
            }
        }
    }

    #[test]
    fn plain_keys_never_take_typing_away() {
        for entry in TABLE {
            for shortcut in entry.shortcuts {
                let is_function_key = shortcut.logical_key.name().starts_with('F')
                    && shortcut.logical_key.name().len() > 1;
                if !shortcut.modifiers.command && !is_function_key {
                    assert_eq!(entry.reach, Reach::Canvas, "{}", entry.title);
                }
            }
        }
    }
}
