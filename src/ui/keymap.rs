//! KeyMap: which keys mean which command: those of the command table, and in their place those that the user gave.
//! Reads and writes keys as text, says where they count, finds conflicts. Pure: knows no settings file and no input.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use egui::{Context, Id, Key, KeyboardShortcut, ModifierNames, Modifiers};

use crate::command::{Command, Reach, TABLE};

/// The keys of all commands.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyMap {
    /// By command, in the order of the table.
    of_commands: Vec<Keys>,
    /// What a key press is held against: keys with more modifiers first, then the user's own, then the table's order.
    by_rank: Vec<(KeyboardShortcut, Command)>,
}

#[derive(Clone, Debug, PartialEq)]
struct Keys {
    keys: Vec<KeyboardShortcut>,
    is_own: bool,
}

/// Two or more commands have one key; the first gets it.
#[derive(Clone, Debug, PartialEq)]
pub struct Conflict {
    pub keys: KeyboardShortcut,
    pub commands: Vec<Command>,
}

/// Who has the keyboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    Canvas,
    Text,
    /// A button, a list, a slider; or nobody.
    Widget,
}

impl Default for KeyMap {
    fn default() -> Self {
        Self::new(&BTreeMap::new()).0
    }
}

impl KeyMap {
    /// The table's keys with the user's own, by names of commands. The second part says in words which of those could
    /// not be taken: each costs nothing but itself.
    pub fn new(own: &BTreeMap<String, String>) -> (Self, Vec<String>) {
        let mut of_commands: Vec<_> = TABLE
            .iter()
            .map(|entry| Keys {
                keys: entry.shortcuts.to_vec(),
                is_own: false,
            })
            .collect();
        let mut problems = Vec::new();
        for (name, text) in own {
            match read_entry(name, text) {
                Ok((command, keys)) => {
                    of_commands[command as usize] = Keys { keys, is_own: true };
                }
                Err(why) => problems.push(format!(
                    "the keys \"{text}\" of \"{name}\" are not used: {why}"
                )),
            }
        }
        let by_rank = by_rank(&of_commands);
        let map = Self {
            of_commands,
            by_rank,
        };
        let conflicts = map.conflicts();
        problems.extend(conflicts.iter().map(Conflict::in_words));
        (map, problems)
    }

    /// The key map of the window; the table's own where none was installed.
    pub fn of(context: &Context) -> Arc<Self> {
        static DEFAULT: LazyLock<Arc<KeyMap>> = LazyLock::new(Arc::default);
        let installed = context.data(|data| data.get_temp(map_id()));
        installed.unwrap_or_else(|| DEFAULT.clone())
    }

    /// Let every view of the window read this one.
    pub fn install(self, context: &Context) {
        context.data_mut(|data| data.insert_temp(map_id(), Arc::new(self)));
    }

    pub fn keys(&self, command: Command) -> &[KeyboardShortcut] {
        &self.of_commands[command as usize].keys
    }

    /// Its keys without those that another command has taken from it.
    pub fn held_keys(&self, command: Command) -> impl Iterator<Item = KeyboardShortcut> {
        let holder = |keys| self.by_rank.iter().find(|(other, _)| *other == keys);
        let keys = self.keys(command).iter().copied();
        keys.filter(move |keys| holder(*keys).is_some_and(|(_, holder)| *holder == command))
    }

    /// Did the user give the command its keys?
    pub fn is_own(&self, command: Command) -> bool {
        self.of_commands[command as usize].is_own
    }

    pub fn has_own(&self) -> bool {
        self.of_commands.iter().any(|keys| keys.is_own)
    }

    /// The command that a key press means while `holder` has the keyboard.
    pub fn pressed(&self, modifiers: Modifiers, key: Key, holder: Holder) -> Option<Command> {
        let is_it = |(keys, command): &&(KeyboardShortcut, Command)| {
            is_pressed(*keys, modifiers, key) && counts(command.entry().reach, *keys, holder)
        };
        self.by_rank.iter().find(is_it).map(|(_, command)| *command)
    }

    /// Other commands that have these keys.
    pub fn others_with(&self, keys: KeyboardShortcut, command: Command) -> Vec<Command> {
        let holders = self.by_rank.iter();
        holders
            .filter(|(other, holder)| *other == keys && *holder != command)
            .map(|(_, holder)| *holder)
            .collect()
    }

    /// Keys that mean more than one command. Every reach holds the canvas, so the same keys are always a conflict.
    pub fn conflicts(&self) -> Vec<Conflict> {
        let mut conflicts: Vec<Conflict> = Vec::new();
        for (keys, command) in &self.by_rank {
            match conflicts.iter_mut().find(|other| other.keys == *keys) {
                Some(conflict) => conflict.commands.push(*command),
                None => conflicts.push(Conflict {
                    keys: *keys,
                    commands: vec![*command],
                }),
            }
        }
        conflicts.retain(|conflict| conflict.commands.len() > 1);
        conflicts
    }
}

impl Conflict {
    pub fn in_words(&self) -> String {
        let titles: Vec<_> = self
            .commands
            .iter()
            .map(|command| command.title())
            .collect();
        let keys = keys_text(&[self.keys]);
        format!(
            "{keys} means {}; {} has it",
            titles.join(" and "),
            titles[0]
        )
    }
}

fn map_id() -> Id {
    Id::unique("key map")
}

fn by_rank(of_commands: &[Keys]) -> Vec<(KeyboardShortcut, Command)> {
    let mut all: Vec<_> = TABLE
        .iter()
        .zip(of_commands)
        .flat_map(|(entry, keys)| {
            let ranked = |shortcut: &KeyboardShortcut| (*shortcut, keys.is_own, entry.command);
            keys.keys.iter().map(ranked)
        })
        .collect();
    all.sort_by_key(|(shortcut, is_own, _)| {
        let Modifiers {
            alt,
            shift,
            command,
            ..
        } = shortcut.modifiers;
        let count = [alt, shift, command].into_iter().filter(|is_down| *is_down);
        (Reverse(count.count()), !is_own)
    });
    all.into_iter()
        .map(|(shortcut, _, command)| (shortcut, command))
        .collect()
}

/// Does this key press mean these keys? The modifiers must be as they say, so that Alt+F is no F, and an AltGr that
/// types a sign no Ctrl; only signs and digits are taken with a Shift too many, which some keyboards need for them.
fn is_pressed(keys: KeyboardShortcut, mut modifiers: Modifiers, key: Key) -> bool {
    if is_sign(key) && !keys.modifiers.shift {
        modifiers.shift = false;
    }
    key == keys.logical_key && modifiers.matches_exact(keys.modifiers)
}

/// Do the keys of a command of this reach count while `holder` has the keyboard? Plain keys are the canvas's: in the
/// other panels arrows, Tab, Space, Enter and the like belong to whatever has the focus.
fn counts(reach: Reach, keys: KeyboardShortcut, holder: Holder) -> bool {
    let key = keys.logical_key;
    let is_for_commands = keys.modifiers.command || is_function_key(key);
    match (holder, reach) {
        (Holder::Canvas, _) => true,
        (Holder::Widget, Reach::Window) => is_for_commands || !is_for_widgets(key),
        (Holder::Widget, Reach::Canvas) => is_for_commands,
        (Holder::Text, Reach::Window) => {
            is_for_commands || keys.modifiers.alt && !is_for_widgets(key)
        }
        (Holder::Text, Reach::Canvas) => false,
    }
}

fn is_sign(key: Key) -> bool {
    (Key::Colon..=Key::Num9).contains(&key)
}

fn is_function_key(key: Key) -> bool {
    (Key::F1..=Key::F35).contains(&key)
}

/// Arrows, Tab, Enter, Space, Escape, Delete, Home and their kind.
fn is_for_widgets(key: Key) -> bool {
    (Key::ArrowDown..=Key::PageDown).contains(&key)
}

/// Can the key be half of a command's keys? Shift by itself and the keys of the system cannot.
pub fn is_usable(key: Key) -> bool {
    let is_written = is_sign(key) || (Key::A..=Key::Z).contains(&key);
    is_written || is_function_key(key) || is_for_widgets(key)
}

/// The command whose keys these are and stay: the system itself makes copy, cut and paste of them.
pub fn clipboard_command(keys: KeyboardShortcut) -> Option<Command> {
    let is_it = |command: &Command| command.entry().shortcuts.contains(&keys);
    [Command::Copy, Command::Cut, Command::Paste]
        .into_iter()
        .find(is_it)
}

/// Keys as people write them: signs as they are, on a Mac by its own names.
pub fn shown(context: &Context, keys: KeyboardShortcut) -> String {
    let text = context.format_shortcut(&keys);
    let key = keys.logical_key;
    match text.strip_suffix(key.name()) {
        Some(modifiers) if is_sign(key) => format!("{modifiers}{}", key.symbol_or_name()),
        _ => text,
    }
}

/// Keys as settings write them: `Ctrl+Shift+P F1`; empty for none.
pub fn keys_text(keys: &[KeyboardShortcut]) -> String {
    let names: Vec<_> = keys
        .iter()
        .map(|keys| keys.format(&ModifierNames::NAMES, false))
        .collect();
    names.join(" ")
}

/// Read keys: several with spaces or commas between them; nothing at all is no key.
pub fn read_keys(text: &str) -> Result<Vec<KeyboardShortcut>, String> {
    let mut keys = Vec::new();
    for one in text.split_whitespace().flat_map(split_at_commas) {
        let one = read_one(one)?;
        if !keys.contains(&one) {
            keys.push(one);
        }
    }
    Ok(keys)
}

/// Commas part keys, unless one is the key itself: `,` or `Ctrl+,`.
fn split_at_commas(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    for (at, _) in text.match_indices(',') {
        let before = &text[start..at];
        let is_whole = before == "+" || before.ends_with("++") || !before.ends_with('+');
        if !before.is_empty() && is_whole {
            pieces.push(before);
            start = at + 1;
        }
    }
    pieces.extend(Some(&text[start..]).filter(|rest| !rest.is_empty()));
    pieces
}

fn read_one(text: &str) -> Result<KeyboardShortcut, String> {
    // The plus may be the key itself.
    let (modifiers, name) = match text.strip_suffix('+') {
        Some("") => ("", "+"),
        Some(before) => match before.strip_suffix('+') {
            Some(modifiers) => (modifiers, "+"),
            None => return Err(format!("a key is missing after \"{text}\"")),
        },
        None => text.rsplit_once('+').unwrap_or(("", text)),
    };
    let mut held = Modifiers::NONE;
    for modifier in modifiers.split('+').filter(|_| !modifiers.is_empty()) {
        held |= match modifier.to_lowercase().as_str() {
            "ctrl" | "control" | "cmd" | "command" => Modifiers::COMMAND,
            "shift" => Modifiers::SHIFT,
            "alt" | "option" => Modifiers::ALT,
            _ => {
                return Err(format!(
                    "\"{modifier}\" is none of Ctrl, Shift and Alt, in \"{text}\""
                ));
            }
        };
    }
    match key_named(name) {
        Some(key) if is_usable(key) => Ok(KeyboardShortcut::new(held, key)),
        Some(_) => Err(format!("{name} cannot mean a command")),
        None => Err(format!("no key is called \"{name}\"")),
    }
}

/// In whatever case, also by the short names that egui knows, such as `Esc`.
fn key_named(name: &str) -> Option<Key> {
    let mut letters = name.chars();
    let first = letters.next()?.to_uppercase();
    let capitalised = first.chain(letters.flat_map(char::to_lowercase));
    let capitalised: String = capitalised.collect();
    let is_it = |key: &&Key| key.name().eq_ignore_ascii_case(name);
    Key::from_name(name)
        .or_else(|| Key::from_name(&capitalised))
        .or_else(|| Key::ALL.iter().find(is_it).copied())
}

/// One entry of the settings.
fn read_entry(name: &str, text: &str) -> Result<(Command, Vec<KeyboardShortcut>), String> {
    let command = Command::named(name).ok_or_else(|| format!("no command is called \"{name}\""))?;
    let mut keys = read_keys(text)?;
    for keys in &keys {
        if let Some(owner) = clipboard_command(*keys).filter(|owner| *owner != command) {
            let keys = keys_text(&[*keys]);
            return Err(format!("{keys} stays with {}", owner.title()));
        }
    }
    let of_clipboard = command.entry().shortcuts.iter();
    for own in of_clipboard.filter(|keys| clipboard_command(**keys) == Some(command)) {
        if !keys.contains(own) {
            keys.push(*own);
        }
    }
    Ok((command, keys))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(own: &[(&str, &str)]) -> (KeyMap, Vec<String>) {
        let own = own.iter();
        KeyMap::new(
            &own.map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
                .collect(),
        )
    }

    #[test]
    fn every_key_reads_back_from_its_text() {
        let modifiers = [
            Modifiers::NONE,
            Modifiers::SHIFT,
            Modifiers::ALT,
            Modifiers::COMMAND,
            Modifiers::COMMAND | Modifiers::SHIFT,
            Modifiers::COMMAND | Modifiers::SHIFT | Modifiers::ALT,
        ];
        let usable = Key::ALL.iter().filter(|key| is_usable(**key));
        let mut count = 0;
        for key in usable {
            for held in modifiers {
                let keys = [
                    KeyboardShortcut::new(held, *key),
                    KeyboardShortcut::new(Modifiers::ALT | Modifiers::SHIFT, Key::P),
                ];
                let text = keys_text(&keys);
                assert_eq!(read_keys(&text).as_deref(), Ok(&keys[..]), "{text}");
                count += 1;
            }
        }
        assert!(count > 6 * 90, "{count}");
    }

    #[test]
    fn keys_are_read_as_people_write_them() {
        for (text, expected) in [
            ("", ""),
            ("  ", ""),
            ("ctrl+shift+p", "Ctrl+Shift+P"),
            ("Cmd+Option+x", "Ctrl+Alt+X"),
            ("F1, ?", "F1 Questionmark"),
            ("F1,?,f2", "F1 Questionmark F2"),
            (",", "Comma"),
            ("Ctrl+,", "Ctrl+Comma"),
            ("Ctrl+,,A", "Ctrl+Comma A"),
            ("+", "Plus"),
            ("Ctrl++", "Ctrl+Plus"),
            ("Ctrl++,A", "Ctrl+Plus A"),
            ("+,A", "Plus A"),
            ("tab ESC space", "Tab Escape Space"),
            ("A a A", "A"),
        ] {
            let keys = read_keys(text).map(|keys| keys_text(&keys));
            assert_eq!(keys.as_deref(), Ok(expected), "{text:?}");
        }
        for (text, expected) in [
            ("Ctrl+", "a key is missing"),
            ("Ctrl+Foo", "no key is called \"Foo\""),
            ("Hyper+A", "\"Hyper\" is none of"),
            ("A Ctrl+Bar", "no key is called \"Bar\""),
            ("Shift+CapsLock", "cannot mean a command"),
            ("ä", "no key is called"),
        ] {
            let why = read_keys(text).expect_err(text);
            assert!(why.contains(expected), "{text:?}: {why}");
        }
    }

    #[test]
    fn the_users_keys_stand_in_place_of_the_tables() {
        let (map, problems) = map(&[
            ("AddNode", "N, Ctrl+Shift+N"),
            ("ResetPanels", "F8"),
            ("Rename", ""),
        ]);
        assert_eq!(problems, [""; 0]);
        let at = |modifiers, key| map.pressed(modifiers, key, Holder::Canvas);
        assert_eq!(at(Modifiers::NONE, Key::N), Some(Command::AddNode));
        let both = Modifiers::COMMAND | Modifiers::SHIFT;
        assert_eq!(at(both, Key::N), Some(Command::AddNode));
        assert_eq!(at(Modifiers::NONE, Key::Tab), None);
        assert_eq!(at(Modifiers::NONE, Key::F8), Some(Command::ResetPanels));
        assert_eq!(at(Modifiers::NONE, Key::F2), None);
        assert!(map.is_own(Command::Rename) && !map.is_own(Command::Save));
    }

    #[test]
    fn a_bad_entry_is_named_and_costs_only_itself() {
        for (name, text, why) in [
            ("Fly", "F", "no command is called \"Fly\""),
            ("Save", "Ctrl+Foo", "no key is called \"Foo\""),
            ("Save", "Ctrl+C", "Ctrl+C stays with Copy"),
        ] {
            let (map, problems) = map(&[(name, text), ("Run", "F8")]);
            let [problem] = &problems[..] else {
                panic!("{problems:?}");
            };
            assert!(
                problem.contains(why) && problem.contains(name) && problem.contains(text),
                "{problem}"
            );
            assert_eq!(map.keys(Command::Save), Command::Save.entry().shortcuts);
            assert_eq!(keys_text(map.keys(Command::Run)), "F8");
        }
    }

    #[test]
    fn the_systems_keys_stay_with_the_clipboard() {
        let (map, problems) = map(&[("Copy", "Y"), ("Paste", "")]);
        assert_eq!(problems, [""; 0]);
        assert_eq!(keys_text(map.keys(Command::Copy)), "Y Ctrl+C");
        assert_eq!(keys_text(map.keys(Command::Paste)), "Ctrl+V");
    }

    #[test]
    fn a_key_with_two_meanings_is_a_conflict_and_the_users_own_wins() {
        assert_eq!(KeyMap::default().conflicts(), []);
        let (map, problems) = map(&[("Unlink", "Ctrl+D"), ("Run", "F9")]);
        let key = |modifiers, key| KeyboardShortcut::new(modifiers, key);
        assert_eq!(
            map.conflicts(),
            [
                Conflict {
                    keys: key(Modifiers::COMMAND, Key::D),
                    commands: vec![Command::Unlink, Command::Duplicate],
                },
                Conflict {
                    keys: key(Modifiers::NONE, Key::F9),
                    commands: vec![Command::Run, Command::RunToHere],
                },
            ]
        );
        assert_eq!(
            problems[0],
            "Ctrl+D means Cut links and Duplicate; Cut links has it"
        );
        let pressed = map.pressed(Modifiers::COMMAND, Key::D, Holder::Canvas);
        assert_eq!(pressed, Some(Command::Unlink));
        assert_eq!(keys_text(map.keys(Command::Duplicate)), "Ctrl+D Shift+D");
        let held: Vec<_> = map.held_keys(Command::Duplicate).collect();
        assert_eq!(keys_text(&held), "Shift+D");
        let others = map.others_with(key(Modifiers::COMMAND, Key::D), Command::Unlink);
        assert_eq!(others, [Command::Duplicate]);
    }

    #[test]
    fn signs_are_shown_as_they_are() {
        let context = Context::default();
        context.set_os(egui::os::OperatingSystem::Nix);
        for (text, expected) in [
            ("?", "?"),
            ("Ctrl+Comma", "Ctrl+,"),
            ("Ctrl+Plus", "Ctrl++"),
            ("Ctrl+0", "Ctrl+0"),
            ("Alt+Left", "Alt+Left"),
            ("Quote", "Quote"),
        ] {
            let keys = read_keys(text).unwrap()[0];
            assert_eq!(shown(&context, keys), expected);
        }
    }

    #[test]
    fn modifiers_are_taken_exactly_but_for_signs() {
        let map = KeyMap::default();
        let (shift, alt) = (Modifiers::SHIFT, Modifiers::ALT);
        for (modifiers, key, expected) in [
            (Modifiers::NONE, Key::F, Some(Command::ZoomToSelection)),
            (alt, Key::F, None),
            (shift, Key::B, None),
            (shift, Key::Tab, None),
            (Modifiers::NONE, Key::Plus, Some(Command::ZoomIn)),
            (shift, Key::Plus, Some(Command::ZoomIn)),
            (shift, Key::Questionmark, Some(Command::Keys)),
            (shift, Key::Num1, Some(Command::ZoomReset)),
            (alt, Key::Num1, Some(Command::GoLibrary)),
            (alt, Key::Num9, Some(Command::GoEnvironment)),
            (alt, Key::Num0, None),
            (alt, Key::Plus, None),
            (
                Modifiers::COMMAND | shift,
                Key::Plus,
                Some(Command::ScaleUp),
            ),
            (Modifiers::COMMAND, Key::Z, Some(Command::Undo)),
            (Modifiers::COMMAND | shift, Key::Z, Some(Command::Redo)),
            // AltGr, which types signs.
            (Modifiers::COMMAND | alt, Key::Q, None),
        ] {
            let pressed = map.pressed(modifiers, key, Holder::Canvas);
            assert_eq!(pressed, expected, "{modifiers:?} {key:?}");
        }
    }

    #[test]
    fn plain_keys_are_the_canvass() {
        use Holder::{Canvas, Text, Widget};
        let (map, _) = map(&[("Run", "R Space Ctrl+R Alt+R F5")]);
        let (none, command) = (Modifiers::NONE, Modifiers::COMMAND);
        for (modifiers, key, wanted, holders) in [
            (none, Key::Tab, Command::AddNode, &[Canvas][..]),
            (none, Key::ArrowRight, Command::WalkRight, &[Canvas]),
            (none, Key::Delete, Command::Delete, &[Canvas]),
            (none, Key::X, Command::Unlink, &[Canvas]),
            (Modifiers::SHIFT, Key::A, Command::AddNode, &[Canvas]),
            (command, Key::D, Command::Duplicate, &[Canvas, Widget]),
            (none, Key::F2, Command::Rename, &[Canvas, Widget]),
            (none, Key::Questionmark, Command::Keys, &[Canvas, Widget]),
            (none, Key::F1, Command::Keys, &[Canvas, Widget, Text]),
            (none, Key::F6, Command::NextPanel, &[Canvas, Widget, Text]),
            (command, Key::S, Command::Save, &[Canvas, Widget, Text]),
            (none, Key::R, Command::Run, &[Canvas, Widget]),
            (none, Key::Space, Command::Run, &[Canvas]),
            (command, Key::R, Command::Run, &[Canvas, Widget, Text]),
            (
                Modifiers::ALT,
                Key::R,
                Command::Run,
                &[Canvas, Widget, Text],
            ),
        ] {
            let counts = [Canvas, Widget, Text]
                .into_iter()
                .filter(|holder| map.pressed(modifiers, key, *holder) == Some(wanted));
            assert_eq!(counts.collect::<Vec<_>>(), holders, "{modifiers:?} {key:?}");
        }
    }

    #[test]
    fn no_key_of_the_table_takes_typing_away() {
        for (shortcut, command) in &KeyMap::default().by_rank {
            if counts(command.entry().reach, *shortcut, Holder::Text) {
                assert!(!shortcut.modifiers.is_none() || is_function_key(shortcut.logical_key));
                assert!(
                    shortcut.modifiers != Modifiers::SHIFT || is_function_key(shortcut.logical_key)
                );
            }
        }
    }
}
