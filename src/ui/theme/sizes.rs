//! Sizes of the window, in points where nothing else is said. Draws nothing.

use egui::{Vec2, vec2};

/// Height of the strip of open projects.
pub const TAB_HEIGHT: f32 = 32.0;
/// Widths that a tab's name may take.
pub const TAB_NAME: std::ops::RangeInclusive<f32> = 56.0..=180.0;

/// The welcome page: room around it, most width, and its parts.
pub const PAGE_MARGIN: f32 = 32.0;
pub const PAGE_WIDTH: f32 = 1120.0;
pub const ASIDE_WIDTH: f32 = 300.0;
pub const SECTION_GAP: f32 = 28.0;
pub const MARK_SIZE: f32 = 48.0;
pub const LEAST_CARD: f32 = 208.0;
pub const CARD_GAP: f32 = 16.0;
pub const CARD_RADIUS: u8 = 9;

/// Height of a row of buttons, fields and list entries, in points.
pub const ROW: f32 = 24.0;
pub const GAP: f32 = 6.0;
/// Height of the palette without its rows: its field, its line about the chosen one, and its edges.
pub const PALETTE_REST: f32 = 110.0;
/// Above and below the longest menu.
pub const MENU_MARGIN: f32 = 44.0;
/// With less room than this beside the menus a tool of the bar is left out.
pub const BAR_ROOM: f32 = 260.0;
pub const RADIUS: u8 = 5;

/// Around the widget that has the keyboard: its width, and how far from the widget it is.
pub const FOCUS_RING: f32 = 2.0;
pub const FOCUS_GAP: f32 = 1.0;
/// Around the part of the window that has the keyboard.
pub const PART_FRAME: f32 = 1.0;

/// Diameter of the dots that stand for a type, a family or a status.
pub const DOT: f32 = 8.0;
pub const RESET_WIDTH: f32 = 20.0;
pub const PROGRESS_HEIGHT: f32 = 6.0;
pub const FILTER_WIDTH: f32 = 180.0;
pub const FIND_WIDTH: f32 = 360.0;
/// The minimap at most, and how far it stands from the corner of the canvas.
pub const MINIMAP_SIZE: Vec2 = vec2(208.0, 148.0);
pub const MINIMAP_GAP: f32 = 10.0;
/// A figure of a node in a list of several.
pub const FIGURE_WIDTH: f32 = 76.0;
/// A node's title before its line in the console.
pub const CONSOLE_TITLE: f32 = 130.0;
/// Between two lines of the console.
pub const LINE_GAP: f32 = 4.0;
pub const TABLE_HEADER: f32 = 40.0;
pub const TABLE_ROW: f32 = 20.0;
/// Size of the letters of a short result in the viewer.
pub const LARGE_TEXT: f32 = 20.0;
pub const CARD_WIDTH: f32 = 280.0;
/// From this width on the environment's packages stand beside what is being done.
pub const BESIDE_WIDTH: f32 = 560.0;
/// Most of what tools printed that is in sight.
/// The dialog of versions: its width, that of its list, a row there, and its height; beside that the window keeps room.
pub const VERSIONS_WIDTH: f32 = 820.0;
pub const VERSIONS_LIST: f32 = 236.0;
pub const VERSION_ROW: f32 = 58.0;
pub const VERSIONS_HEIGHT: f32 = 440.0;
pub const VERSIONS_REST: f32 = 230.0;
pub const OUTPUT_HEIGHT: f32 = 220.0;
/// Of the lists of what was changed here and outside.
pub const CLASH_HEIGHT: f32 = 320.0;
pub const SETTINGS_WIDTH: f32 = 640.0;
pub const SETTINGS_HEIGHT: f32 = 460.0;
/// A command's keys in the settings.
pub const KEYS_WIDTH: f32 = 200.0;
pub const PALETTE_WIDTH: f32 = 520.0;
pub const NODE_SEARCH_WIDTH: f32 = 320.0;
/// Rows of a popup's list that are in sight.
pub const PALETTE_ROWS: usize = 12;
/// The same where a path is typed.
pub const PATH_ROWS: f32 = 6.0;
pub const NOTICE_WIDTH: f32 = 360.0;
/// From the corner of the window; the status bar stays free.
pub const NOTICE_MARGIN: Vec2 = vec2(16.0, 40.0);
pub const NOTICE_STRIPE: f32 = 4.0;
/// The least that a banner's text has beside its buttons.
pub const BANNER_TEXT: f32 = 420.0;
/// Highest thumbnail in the inspector.
pub const INSPECTOR_THUMB: f32 = 180.0;
/// The same of what flows into an input, both ways.
pub const INPUT_THUMB: f32 = 56.0;
/// Width of a card with a value, at most.
pub const PEEK_WIDTH: f32 = 280.0;
/// Most lines of a result in the inspector.
pub const SUMMARY_LINES: usize = 8;
/// A number beside its slider.
pub const SLIDER_FIELD_WIDTH: f32 = 72.0;
/// Height of the bar on a number that shows where in its range it is.
pub const RANGE_BAR: f32 = 2.0;
/// Below a slider, of the colours that it leads to.
pub const STRIP_HEIGHT: f32 = 5.0;
/// Where many lines are typed that have one row on the node.
pub const LINES_POPUP_WIDTH: f32 = 340.0;

/// Sizes on the canvas, in graph units (points at 100 %).
pub const NODE_WIDTH: f32 = 220.0;
pub const NODE_HEADER: f32 = 28.0;
pub const NODE_ROW: f32 = 24.0;
/// Height of an editing field in its row.
pub const NODE_FIELD: f32 = 20.0;
pub const NODE_PAD: f32 = 6.0;
pub const NODE_THUMB: f32 = 120.0;
pub const NODE_RADIUS: f32 = 7.0;
pub const PORT_RADIUS: f32 = 5.0;
pub const GRID_STEP: f32 = 20.0;
pub const REROUTE_SIZE: f32 = 16.0;
/// The bar of the heat map's legend.
pub const HEAT_BAR: Vec2 = vec2(236.0, 8.0);
/// Buttons that move or remove one of several rows.
pub const ROW_BUTTON: f32 = 22.0;
/// From this width on the name and the type of a port stand in one row.
pub const PORT_ROW: f32 = 250.0;
/// All types that a port can be given, in one list.
pub const TYPES_HEIGHT: f32 = 480.0;
/// How much of its own colour a node's header has.
pub const COLOURED: f32 = 0.3;
pub const SWATCH: f32 = 20.0;
/// Size of a frame and of a note that were not given one.
pub const FRAME_SIZE: Vec2 = vec2(480.0, 320.0);
/// The least size of a frame or a note.
pub const BOX_LEAST: Vec2 = vec2(100.0, 60.0);
pub const NOTE_SIZE: Vec2 = vec2(260.0, 140.0);
/// Height of a frame's title, and how wide its edge is to the pointer.
pub const FRAME_TITLE: f32 = 30.0;
pub const FRAME_EDGE: f32 = 10.0;
/// Room around what a new frame is put around.
pub const FRAME_MARGIN: f32 = 24.0;
/// Between nodes that auto layout arranged, beside and below each other.
pub const COLUMN_GAP: f32 = 80.0;
pub const ROW_GAP: f32 = 40.0;
/// Between a frame that was arranged and what lies in it, on the grid; the title stands above that.
pub const FRAME_SIDE: f32 = 20.0;
pub const FRAME_TOP: f32 = 60.0;
/// Room around the contents of a panel.
pub const PANEL_MARGIN: Vec2 = vec2(10.0, 8.0);
