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
    Go,
    Walk,
    Run,
    Help,
}

impl Menu {
    pub const ALL: [Self; 8] = [
        Self::File,
        Self::Edit,
        Self::Arrange,
        Self::View,
        Self::Go,
        Self::Walk,
        Self::Run,
        Self::Help,
    ];

    pub fn title(self) -> &'static str {
        match self {
            Self::File => "File",
            Self::Edit => "Edit",
            Self::Arrange => "Arrange",
            Self::View => "View",
            Self::Go => "Go",
            Self::Walk => "On the canvas",
            Self::Run => "Run",
            Self::Help => "Help",
        }
    }

    /// The menu that it is a part of, where it does not stand in the bar itself.
    pub fn around(self) -> Option<Self> {
        (self == Self::Walk).then_some(Self::Go)
    }
}

/// Where a command's keys count; `ui::keymap` has the rule for each kind of key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Everywhere; in a text field only with a modifier, or as a function key.
    Window,
    /// On the canvas; with Ctrl, or as a function key, in the other panels too, but in no text field.
    Canvas,
}

/// What stands in the table about a command.
pub struct Entry {
    pub command: Command,
    /// As settings call it: the name of the command itself.
    pub name: &'static str,
    pub title: &'static str,
    pub menu: Menu,
    pub reach: Reach,
    /// Its keys unless the user gave it others: the first is shown, the others work too. `ui::keymap` has those that
    /// hold.
    pub shortcuts: &'static [KeyboardShortcut],
    pub help: &'static str,
}

const CTRL: Modifiers = Modifiers::COMMAND;
const CTRL_SHIFT: Modifiers = Modifiers::COMMAND.plus(Modifiers::SHIFT);
const ALT_SHIFT: Modifiers = Modifiers::ALT.plus(Modifiers::SHIFT);

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
            name: stringify!($command),
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
    Import, "Import projects…", File, Window, [], "Make a project of a .loom file, or copy the projects and nodes of another userdata folder, such as one of the first Loom";
    Save, "Save", File, Window, [key(CTRL, Key::S)], "Write the savefile; in the code panel the source that is shown";
    SaveCopy, "Save a copy elsewhere…", File, Window, [key(CTRL_SHIFT, Key::S)], "Save the project as a copy in another folder, and go on there";
    EditHere, "Edit here", File, Window, [], "Try again to be the one who writes to a project that another Loom had open";
    ReloadSavefile, "Reload the savefile", File, Window, [], "Take what the savefile holds in place of what is shown, as one step that can be undone";
    SettleSavefile, "Settle outside changes…", File, Window, [], "Decide what becomes of changes to the savefile that another program made where you made others";
    ExportProject, "Export project…", File, Window, [], "Write the project as one .loom file, to be opened on another machine; it is saved before that";
    RenameProject, "Rename project…", File, Window, [], "Give the project and its folder another name";
    DuplicateProject, "Duplicate project", File, Window, [], "Save the project, copy it beside itself and open the copy";
    DeleteProject, "Move project to the bin…", File, Window, [], "Put the project's folder into the system's bin, from where it can be had back";
    Versions, "Versions of this project…", File, Window, [], "Look at what saves replaced, compared with what is shown, and restore one or open it beside";
    NewNode, "New node…", File, Window, [key(ALT_SHIFT, Key::N)], "Write a node of your own: its source opens in the editor and the node is put on the canvas";
    SavePicture, "Save as picture…", File, Window, [key(CTRL_SHIFT, Key::E)], "Draw the graph, or the selection when it is of several nodes, as a PNG or SVG that opens as the graph again";
    Trust, "Trust this project…", File, Window, [], "Look at what a project from elsewhere would run, and let it run";
    CloseProject, "Close project", File, Window, [key(CTRL, Key::W)], "Close the project that is shown; asks when it is not saved";
    Settings, "Settings…", File, Window, [key(CTRL, Key::Comma)], "Theme, size of the interface, keys";
    Quit, "Quit", File, Window, [key(CTRL, Key::Q)], "Close Loom; asks when something is not saved";

    Undo, "Undo", Edit, Canvas, [key(CTRL, Key::Z)], "Take the last change back";
    Redo, "Redo", Edit, Canvas, [key(CTRL_SHIFT, Key::Z), key(CTRL, Key::Y)], "Make the change again that was taken back";
    Cut, "Cut", Edit, Canvas, [key(CTRL, Key::X)], "Move the selected nodes to the clipboard";
    Copy, "Copy", Edit, Canvas, [key(CTRL, Key::C)], "Put the selected nodes on the clipboard as text";
    CopyPicture, "Copy as picture", Edit, Window, [key(CTRL_SHIFT, Key::C)], "Put a picture of the graph, or of the selection when it is of several nodes, on the clipboard";
    Paste, "Paste", Edit, Canvas, [key(CTRL, Key::V)], "Insert nodes from the clipboard at the pointer";
    Duplicate, "Duplicate", Edit, Canvas, [key(CTRL, Key::D), key(Modifiers::SHIFT, Key::D)], "Copy the selected nodes beside themselves";
    Delete, "Delete", Edit, Canvas, [key(Modifiers::NONE, Key::Delete), key(Modifiers::NONE, Key::Backspace)], "Remove the selected nodes and their links";
    Dissolve, "Delete and heal", Edit, Canvas, [key(CTRL, Key::Delete), key(CTRL, Key::Backspace)], "Remove the selected nodes; what they were fed goes on to what they fed";
    Rename, "Rename node", Edit, Canvas, [key(Modifiers::NONE, Key::F2)], "Give the selected node a title";
    AddNode, "Add node…", Edit, Canvas, [key(Modifiers::NONE, Key::Tab), key(Modifiers::NONE, Key::Space), key(Modifiers::SHIFT, Key::A)], "Search a node and add it at the pointer";
    LoadFiles, "Load files…", Edit, Canvas, [key(Modifiers::SHIFT, Key::L)], "Choose files, and add nodes that load them";
    Packages, "Node packages…", Edit, Window, [], "Install packages that bring nodes into the project, and remove them";
    EditNode, "Edit node", Edit, Canvas, [key(Modifiers::NONE, Key::Enter)], "Go to the first value of the selected node";
    EditCode, "Edit code", Edit, Canvas, [key(Modifiers::NONE, Key::F4)], "Open the source of the selected node at its function";
    EditCopy, "Edit a copy", Edit, Window, [key(CTRL_SHIFT, Key::F4)], "Make the selected node, which comes with Loom or a package, one of your own: a copy of its source opens in the editor";
    OpenOutside, "Open in external editor", Edit, Canvas, [key(Modifiers::SHIFT, Key::F4)], "Open the source of the selected node in the editor of the settings";
    StartLink, "Start a link", Edit, Canvas, [key(Modifiers::NONE, Key::C)], "Link the selected node by keys: arrows choose the ports, Enter links";
    InsertOnLink, "Insert into link", Edit, Canvas, [key(Modifiers::ALT, Key::I)], "Put the selected node into the link that passes nearest, where it fits";
    TakeOut, "Take out of links", Edit, Canvas, [key(Modifiers::ALT, Key::D)], "Take the selected nodes out of their links, which are healed";
    AddReroute, "Add reroutes", Edit, Canvas, [key(Modifiers::SHIFT, Key::R)], "Lead the links out of the selected nodes through dots";
    SelectAll, "Select all", Edit, Canvas, [key(CTRL, Key::A)], "Select every node";
    SelectNone, "Select nothing", Edit, Canvas, [key(Modifiers::NONE, Key::Escape)], "Clear the selection and drop what is being dragged";
    SelectUpstream, "Select upstream", Edit, Canvas, [key(Modifiers::NONE, Key::OpenBracket)], "Select all that the selected nodes need as well";
    SelectDownstream, "Select downstream", Edit, Canvas, [key(Modifiers::NONE, Key::CloseBracket)], "Select all that needs the selected nodes as well";
    Find, "Find…", Edit, Window, [key(CTRL, Key::F)], "Find nodes by title, kind, value or help";
    FindNext, "Find next", Edit, Window, [key(Modifiers::NONE, Key::F3)], "Show the next node that was found";
    FindPrevious, "Find previous", Edit, Window, [key(Modifiers::SHIFT, Key::F3)], "Show the node that was found before";
    Unlink, "Cut links", Edit, Canvas, [key(Modifiers::NONE, Key::X)], "Remove all links of the selected nodes";

    Group, "Group into a subgraph", Arrange, Canvas, [key(Modifiers::NONE, Key::G), key(CTRL, Key::G)], "Put the selected nodes into one node, with ports for the links that are cut";
    Ungroup, "Ungroup", Arrange, Canvas, [key(Modifiers::SHIFT, Key::G), key(CTRL_SHIFT, Key::G)], "Put what is inside the selected subgraphs in their place";
    MakeIndependent, "Make subgraph independent", Arrange, Canvas, [], "Give the selected node a copy of its subgraph that the others do not share";
    RemoveUnusedSubgraphs, "Remove unused subgraphs", Arrange, Canvas, [], "Remove subgraphs that no node stands for";
    Mute, "Mute", Arrange, Canvas, [key(Modifiers::NONE, Key::M)], "Leave the selected nodes, and all that needs them, out of runs; once more: run them again";
    Bypass, "Bypass", Arrange, Canvas, [key(Modifiers::NONE, Key::B)], "Pass the first fitting input of the selected nodes on in place of their output; once more: run them again";
    Collapse, "Collapse", Arrange, Canvas, [key(Modifiers::NONE, Key::H)], "Show only the titles of the selected nodes; once more: all of them";
    Colour, "Colour…", Arrange, Canvas, [key(Modifiers::SHIFT, Key::C)], "Choose a colour for the selected nodes";
    Repeat, "Repeat…", Arrange, Canvas, [key(Modifiers::NONE, Key::R)], "Run the selected node for each item of a list, or again and again";
    AddFrame, "Add frame", Arrange, Canvas, [key(Modifiers::SHIFT, Key::F)], "Put a titled frame around the selected nodes, which carries what lies in it";
    FitFrame, "Fit frame", Arrange, Canvas, [], "Make the selected frames as large as what lies in them needs";
    AddNote, "Add note", Arrange, Canvas, [key(Modifiers::SHIFT, Key::N)], "Put a text with Markdown on the canvas";

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

    OpenSubgraph, "Open subgraph", View, Canvas, [key(Modifiers::NONE, Key::I)], "Go inside the subgraph that the selected node stands for";
    CloseSubgraph, "Close subgraph", View, Canvas, [key(Modifiers::NONE, Key::U)], "Go back to the graph around this subgraph";
    ZoomToFit, "Zoom to fit", View, Canvas, [key(Modifiers::NONE, Key::Home)], "Show the whole graph";
    ZoomToSelection, "Zoom to selection", View, Canvas, [key(Modifiers::NONE, Key::F)], "Show the selected nodes";
    ZoomIn, "Zoom in", View, Canvas, [key(Modifiers::NONE, Key::Plus), key(Modifiers::NONE, Key::Equals)], "Come nearer";
    ZoomOut, "Zoom out", View, Canvas, [key(Modifiers::NONE, Key::Minus)], "Step back";
    ZoomReset, "Zoom to 100 %", View, Canvas, [key(Modifiers::NONE, Key::Num1)], "One unit a point";
    ToggleSnap, "Snap to grid", View, Canvas, [key(Modifiers::SHIFT, Key::S)], "Let nodes snap to the grid as they are dragged";
    ToggleBoxInside, "Box selects what is inside", View, Canvas, [], "Let a box select what lies in it as a whole, and not all that it touches";
    ToggleMinimap, "Minimap", View, Canvas, [key(Modifiers::SHIFT, Key::M)], "Show or hide the small picture of all nodes";
    HeatMap, "Heat map", View, Canvas, [key(Modifiers::NONE, Key::T)], "Colour nodes by what they took in the last run; once more: their usual colours";
    HeatMeasure, "Heat map by the next measure", View, Canvas, [key(Modifiers::SHIFT, Key::T)], "Colour nodes by time, CPU time, memory or the size of their result, one after the other";
    FrameCost, "Frame cost", View, Canvas, [], "Show or hide what drawn frames cost the processor";
    PinValue, "Pin value", View, Canvas, [key(Modifiers::NONE, Key::V)], "Keep what the viewer shows there, whatever is selected; once more: follow the selection";
    ToggleTheme, "Switch dark and light", View, Window, [key(CTRL_SHIFT, Key::L)], "Change between the dark and the light theme";
    Outline, "Outline", View, Window, [key(CTRL_SHIFT, Key::O)], "List all nodes and links; arrows walk, Enter shows a node on the canvas";
    ScaleUp, "Larger interface", View, Window, [key(CTRL, Key::Plus), key(CTRL, Key::Equals)], "Show everything in the window larger";
    ScaleDown, "Smaller interface", View, Window, [key(CTRL, Key::Minus)], "Show everything in the window smaller";
    ScaleReset, "Interface at 100 %", View, Window, [key(CTRL, Key::Num0)], "Show everything in the window as large as the screen suggests";
    ResetPanels, "Reset panels", View, Window, [], "Put all panels back where they were at first";
    NextProject, "Next project", View, Window, [key(CTRL, Key::Tab), key(CTRL, Key::PageDown)], "Show the next of the open projects";
    PreviousProject, "Previous project", View, Window, [key(CTRL_SHIFT, Key::Tab), key(CTRL, Key::PageUp)], "Show the previous of the open projects";
    Palette, "Command palette…", View, Window, [key(CTRL_SHIFT, Key::P)], "Search a command and run it";

    NextPanel, "Next panel", Go, Window, [key(Modifiers::NONE, Key::F6)], "Move the keyboard to the next panel";
    PreviousPanel, "Previous panel", Go, Window, [key(Modifiers::SHIFT, Key::F6)], "Move the keyboard to the panel before";
    GoLibrary, "Go to the library", Go, Window, [key(Modifiers::ALT, Key::Num1)], "Move the keyboard to the library";
    GoCanvas, "Go to the graph", Go, Window, [key(Modifiers::ALT, Key::Num2)], "Move the keyboard to the canvas, from wherever it is";
    GoInspector, "Go to the inspector", Go, Window, [key(Modifiers::ALT, Key::Num3)], "Move the keyboard to the inspector";
    GoViewer, "Go to the viewer", Go, Window, [key(Modifiers::ALT, Key::Num4)], "Move the keyboard to the viewer";
    GoConsole, "Go to the console", Go, Window, [key(Modifiers::ALT, Key::Num5)], "Move the keyboard to the console";
    GoHistory, "Go to the history", Go, Window, [key(Modifiers::ALT, Key::Num6)], "Move the keyboard to the history";
    GoCode, "Go to the code", Go, Window, [key(Modifiers::ALT, Key::Num8)], "Move the keyboard to the sources that are written here";
    GoSlowest, "Go to the slowest nodes", Go, Window, [key(Modifiers::ALT, Key::Num7)], "Move the keyboard to the list of the ten slowest nodes; Enter shows one";
    GoEnvironment, "Go to the environment", Go, Window, [key(Modifiers::ALT, Key::Num9)], "Move the keyboard to the project's Python and packages";

    WalkLeft, "Go left", Walk, Canvas, [key(Modifiers::NONE, Key::ArrowLeft)], "Select the nearest node on the left";
    WalkRight, "Go right", Walk, Canvas, [key(Modifiers::NONE, Key::ArrowRight)], "Select the nearest node on the right";
    WalkUp, "Go up", Walk, Canvas, [key(Modifiers::NONE, Key::ArrowUp)], "Select the nearest node above";
    WalkDown, "Go down", Walk, Canvas, [key(Modifiers::NONE, Key::ArrowDown)], "Select the nearest node below";
    ExtendLeft, "Select left as well", Walk, Canvas, [key(Modifiers::SHIFT, Key::ArrowLeft)], "Add the nearest node on the left to the selection";
    ExtendRight, "Select right as well", Walk, Canvas, [key(Modifiers::SHIFT, Key::ArrowRight)], "Add the nearest node on the right to the selection";
    ExtendUp, "Select up as well", Walk, Canvas, [key(Modifiers::SHIFT, Key::ArrowUp)], "Add the nearest node above to the selection";
    ExtendDown, "Select down as well", Walk, Canvas, [key(Modifiers::SHIFT, Key::ArrowDown)], "Add the nearest node below to the selection";
    FollowLeft, "Follow links back", Walk, Canvas, [key(Modifiers::ALT, Key::ArrowLeft)], "Select the node that feeds this one";
    FollowRight, "Follow links on", Walk, Canvas, [key(Modifiers::ALT, Key::ArrowRight)], "Select the node that this one feeds";
    FollowUp, "To the branch above", Walk, Canvas, [key(Modifiers::ALT, Key::ArrowUp)], "Select the node above that shares a source or a reader with this one";
    FollowDown, "To the branch below", Walk, Canvas, [key(Modifiers::ALT, Key::ArrowDown)], "Select the node below that shares a source or a reader with this one";
    MoveLeft, "Move left", Walk, Canvas, [key(CTRL, Key::ArrowLeft)], "Move the selected nodes by a step of the grid";
    MoveRight, "Move right", Walk, Canvas, [key(CTRL, Key::ArrowRight)], "Move the selected nodes by a step of the grid";
    MoveUp, "Move up", Walk, Canvas, [key(CTRL, Key::ArrowUp)], "Move the selected nodes by a step of the grid";
    MoveDown, "Move down", Walk, Canvas, [key(CTRL, Key::ArrowDown)], "Move the selected nodes by a step of the grid";
    ScrollLeft, "Scroll left", Walk, Canvas, [key(ALT_SHIFT, Key::ArrowLeft)], "Show what lies further left";
    ScrollRight, "Scroll right", Walk, Canvas, [key(ALT_SHIFT, Key::ArrowRight)], "Show what lies further right";
    ScrollUp, "Scroll up", Walk, Canvas, [key(ALT_SHIFT, Key::ArrowUp)], "Show what lies further up";
    ScrollDown, "Scroll down", Walk, Canvas, [key(ALT_SHIFT, Key::ArrowDown)], "Show what lies further down";
    NextNode, "Go to the next node", Walk, Canvas, [key(Modifiers::NONE, Key::PageDown)], "Select the next node, in columns from the left";
    PreviousNode, "Go to the previous node", Walk, Canvas, [key(Modifiers::NONE, Key::PageUp)], "Select the node before, in columns from the left";

    Run, "Run all", Run, Window, [key(Modifiers::NONE, Key::F5), key(CTRL, Key::Enter)], "Run every node that changed and what depends on it";
    RunToHere, "Run to here", Run, Window, [key(Modifiers::NONE, Key::F9), key(CTRL_SHIFT, Key::Enter)], "Run the selected nodes and what they need";
    RunSelection, "Run selection", Run, Window, [key(Modifiers::SHIFT, Key::F9)], "Run the selected nodes with what those before them gave last; of these only what has no result runs";
    RunAgain, "Run again", Run, Canvas, [key(Modifiers::SHIFT, Key::Enter)], "Run the selected nodes although their results hold";
    RunAgainFromHere, "Run again from here", Run, Window, [key(CTRL, Key::F9)], "Run the selected nodes and all that depends on them although their results hold";
    ToggleLive, "Live mode", Run, Window, [key(Modifiers::NONE, Key::F7)], "Run what changes by itself, also while a slider is dragged";
    Stop, "Stop", Run, Window, [key(Modifiers::SHIFT, Key::F5), key(CTRL, Key::Period)], "Stop the run";
    Breakpoint, "Breakpoint", Run, Canvas, [key(Modifiers::NONE, Key::F12)], "Let runs stop before the selected nodes; once more: no longer";
    ClearBreakpoints, "Clear breakpoints", Run, Canvas, [], "Let runs stop before no node any more";
    Step, "Step", Run, Window, [key(Modifiers::NONE, Key::F10)], "Run one node and stop before the next; begins a run that stops before each";
    Continue, "Continue", Run, Window, [key(Modifiers::SHIFT, Key::F10)], "Go on to the next breakpoint; the keys of Run all do it too while a run pauses";
    RestartEngine, "Restart the engine", Run, Window, [], "End the project's Python process; the next run starts a new one";
    AddPackage, "Add package…", Run, Window, [], "Look a Python package up by name and add it to the project";
    UpgradePackages, "Upgrade all packages…", Run, Window, [], "Show what bringing every package to its newest version would change";
    PreviousEnvironment, "Back to the previous environment", Run, Window, [], "Put the packages back that were there before the last change";
    RebuildEnvironment, "Rebuild the environment", Run, Window, [], "Install the project's packages anew";

    Welcome, "Welcome page", Help, Window, [key(CTRL, Key::T)], "Recent projects, templates and what is new";
    Keys, "Keyboard shortcuts", Help, Window, [key(Modifiers::NONE, Key::F1), key(Modifiers::NONE, Key::Questionmark)], "All commands and their keys";
    CheckUpdates, "Check for updates…", Help, Window, [], "Ask whether there is a newer version of Loom";
    About, "About Loom", Help, Window, [], "Version and licence";
}

impl Command {
    pub fn entry(self) -> &'static Entry {
        &TABLE[self as usize]
    }

    pub fn title(self) -> &'static str {
        self.entry().title
    }

    /// The command that settings call so.
    pub fn named(name: &str) -> Option<Self> {
        let entry = TABLE.iter().find(|entry| entry.name == name);
        entry.map(|entry| entry.command)
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
            assert_eq!(Command::named(entry.name), Some(entry.command));
            for shortcut in entry.shortcuts {
                if let Some(other) = seen.insert(*shortcut, entry.title) {
                    panic!("{shortcut:?} means \"{other}\" and \"{}\"", entry.title);
                }
            }
        }
    }
}
