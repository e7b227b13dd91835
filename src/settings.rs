//! Settings: the user's choices in `settings.json`, read field by field so that a bad value never costs more than
//! itself, and written back with everything that Loom does not know. Applies none of them.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::document::file::{set_aside, write_atomic};

/// Name of the settings' file in the userdata folder.
pub const FILE: &str = "settings.json";

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    pub updates: Updates,
    pub engine: EngineSettings,
    pub canvas: CanvasSettings,
    pub editor: EditorSettings,
    pub theme: Theme,
    /// Factor for the size of everything in the window, from 0.5 to 4; 1 is what the screen suggests.
    pub ui_scale: f32,
    /// Keys that the user gave to commands, by the command's name.
    pub keys: BTreeMap<String, String>,
    /// The file as it was read: what Loom does not know in it stays.
    #[serde(skip)]
    file: Map<String, Json>,
    /// Entries of `keys` that are no text: they mean nothing, and stay.
    #[serde(skip)]
    odd_keys: Map<String, Json>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Updates {
    pub check_on_startup: bool,
    pub auto_download: bool,
    /// `stable` or `beta`.
    pub channel: String,
    pub skipped_version: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EngineSettings {
    pub max_parallel_projects: u32,
    /// Such as `3.12`; `None` or empty: the first that is found.
    pub default_python_version: Option<String>,
    /// How many nodes run at once; `None`: one for each core.
    pub workers: Option<u32>,
    /// Part of the machine's memory that an engine may take.
    pub memory_limit_percent: u32,
    /// How much of the disk the results of all projects may take, in megabytes; 0: none are kept.
    pub results_limit_mb: u32,
}

/// The program that shows sources.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EditorSettings {
    /// A command line with `{file}` and `{line}`, such as `code --goto {file}:{line}`; `None` or empty: the editor that
    /// the environment names, else as the system opens sources.
    pub command: Option<String>,
}

/// How the canvas is worked on, in all projects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CanvasSettings {
    pub snap_to_grid: bool,
    /// A box selects what lies in it as a whole, and not all that it touches.
    pub box_selects_inside: bool,
    /// Shown while some nodes are out of view.
    pub minimap: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// As the system says.
    #[default]
    System,
    Dark,
    Light,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            updates: Updates {
                check_on_startup: true,
                auto_download: false,
                channel: "stable".to_owned(),
                skipped_version: None,
            },
            engine: EngineSettings {
                max_parallel_projects: 2,
                default_python_version: None,
                workers: None,
                memory_limit_percent: 80,
                results_limit_mb: 2048,
            },
            canvas: CanvasSettings {
                snap_to_grid: true,
                box_selects_inside: false,
                minimap: true,
            },
            editor: EditorSettings::default(),
            theme: Theme::System,
            ui_scale: 1.0,
            keys: BTreeMap::new(),
            file: Map::new(),
            odd_keys: Map::new(),
        }
    }
}

impl EngineSettings {
    /// How many nodes may run at once on this machine.
    pub fn workers_here(&self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(2, usize::from);
        self.workers.map_or_else(cores, |count| count as usize)
    }

    /// The version of Python that the user asks for, if any.
    pub fn python_version(&self) -> Option<&str> {
        self.default_python_version
            .as_deref()
            .filter(|version| !version.is_empty())
    }
}

impl EditorSettings {
    /// Program and arguments, if a command is set and whole.
    pub fn words(&self) -> Option<Vec<String>> {
        Self::split(self.command.as_deref()?).ok()
    }

    /// A command line in words: parted by blanks, which quotes of either kind keep together. Nothing else has a meaning,
    /// since no shell reads it.
    pub fn split(text: &str) -> Result<Vec<String>, String> {
        let mut words = Vec::new();
        let mut word: Option<String> = None;
        let mut quote = None;
        for letter in text.chars() {
            match (quote, letter) {
                (Some(open), letter) if letter == open => quote = None,
                (Some(_), letter) => word.get_or_insert_default().push(letter),
                (None, '"' | '\'') => {
                    quote = Some(letter);
                    word.get_or_insert_default();
                }
                (None, letter) if letter.is_whitespace() => words.extend(word.take()),
                (None, letter) => word.get_or_insert_default().push(letter),
            }
        }
        words.extend(word);
        match quote {
            Some(quote) => Err(format!("a {quote} has no end")),
            None => Ok(words),
        }
    }
}

impl Settings {
    /// Read the settings of a userdata folder. Never fails: the second part says in words what could not be taken. A file
    /// that is no JSON is kept beside under another name.
    pub fn load(userdata: &Path) -> (Self, Vec<String>) {
        let path = userdata.join(FILE);
        let why = match std::fs::read(&path) {
            Ok(bytes) => match object(&bytes) {
                Ok(file) => return Self::from_file(file),
                Err(why) => why,
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Self::none(),
            Err(error) => {
                let note = format!(
                    "the settings cannot be read ({error}), so the defaults hold; see that you may read the file: {}",
                    path.display()
                );
                return (Self::default(), vec![note]);
            }
        };
        let note = match set_aside(&path) {
            Ok(aside) => format!(
                "the settings could not be read ({why}), so the defaults hold; what was there is kept, to be mended and \
                 put back: {}",
                aside.display()
            ),
            Err(error) => format!(
                "the settings cannot be read ({why}), so the defaults hold, nor be put aside ({error}); mend the file or \
                 remove it: {}",
                path.display()
            ),
        };
        (Self::default(), vec![note])
    }

    /// Write the settings to a userdata folder, whole or not at all. A file that is no JSON is kept beside it.
    pub fn save(&self, userdata: &Path) -> io::Result<()> {
        let path = userdata.join(FILE);
        std::fs::create_dir_all(userdata)?;
        if std::fs::read(&path).is_ok_and(|bytes| object(&bytes).is_err()) {
            set_aside(&path)?;
        }
        write_atomic(&path, self.to_text().as_bytes())
    }

    fn none() -> (Self, Vec<String>) {
        (Self::default(), Vec::new())
    }

    /// Each field is tried by itself on top of those that were good.
    fn from_file(mut file: Map<String, Json>) -> (Self, Vec<String>) {
        let mut notes = Vec::new();
        let odd_keys = take_odd_keys(&mut file, &mut notes);
        let file = Json::Object(file);
        let mut good = json(&Self::default());
        for pointer in fields(&good) {
            let Some(found) = file.pointer(&pointer) else {
                continue;
            };
            let mut attempt = good.clone();
            if let Some(place) = attempt.pointer_mut(&pointer) {
                *place = found.clone();
            }
            let read = serde_json::from_value::<Self>(attempt.clone()).map_err(|e| e.to_string());
            match read.and_then(|settings| settings.check()) {
                Ok(()) => good = attempt,
                Err(why) => notes.push(format!(
                    "the setting {} is not used ({why}); the default holds: {}",
                    pointer.trim_start_matches('/').replace('/', "."),
                    good.pointer(&pointer).unwrap_or(&Json::Null)
                )),
            }
        }
        let mut settings: Self = serde_json::from_value(good).unwrap_or_default();
        settings.odd_keys = odd_keys;
        if let Json::Object(file) = file {
            settings.file = file;
        }
        (settings, notes)
    }

    /// What a type does not say of a value.
    fn check(&self) -> Result<(), String> {
        let (updates, engine) = (&self.updates, &self.engine);
        let is_version = |text: &str| {
            text.bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'.')
                && text.len() <= 10
        };
        if let Some(command) = &self.editor.command {
            EditorSettings::split(command)?;
        }
        for (is_good, expected) in [
            (
                ["stable", "beta"].contains(&updates.channel.as_str()),
                "it must be \"stable\" or \"beta\"",
            ),
            (
                (1..=64).contains(&engine.max_parallel_projects),
                "it must be from 1 to 64",
            ),
            (
                engine
                    .default_python_version
                    .as_deref()
                    .is_none_or(is_version),
                "it must read like \"3.12\"",
            ),
            (
                engine
                    .workers
                    .is_none_or(|count| (1..=256).contains(&count)),
                "it must be from 1 to 256",
            ),
            (
                (10..=100).contains(&engine.memory_limit_percent),
                "it must be from 10 to 100",
            ),
            (
                engine.results_limit_mb <= 1_000_000,
                "it must be 1000000 at most",
            ),
            (
                (0.5..=4.0).contains(&self.ui_scale),
                "it must be from 0.5 to 4",
            ),
        ] {
            if !is_good {
                return Err(expected.to_owned());
            }
        }
        Ok(())
    }

    fn to_text(&self) -> String {
        let known = json(self);
        let mut file = Json::Object(self.file.clone());
        for pointer in fields(&known) {
            let mut place = &mut file;
            for key in pointer.split('/').skip(1) {
                if !place.is_object() {
                    *place = Json::Object(Map::new());
                }
                place = &mut place[key];
            }
            *place = known.pointer(&pointer).cloned().unwrap_or_default();
        }
        if let Some(Json::Object(keys)) = file.get_mut("keys") {
            keys.extend(self.odd_keys.clone());
        }
        format!("{file:#}\n")
    }
}

/// Keys are taken one by one: an entry that is no text is said and set aside.
fn take_odd_keys(file: &mut Map<String, Json>, notes: &mut Vec<String>) -> Map<String, Json> {
    let Some(Json::Object(keys)) = file.get_mut("keys") else {
        return Map::new();
    };
    let (good, odd): (Map<_, _>, Map<_, _>) = std::mem::take(keys)
        .into_iter()
        .partition(|(_, keys)| keys.is_string());
    *keys = good;
    notes.extend(odd.iter().map(|(command, keys)| {
        format!("the keys of \"{command}\" are not used: {keys} is no text such as \"Ctrl+K\"")
    }));
    odd
}

fn json(settings: &Settings) -> Json {
    serde_json::to_value(settings).expect("settings are plain values")
}

/// JSON pointers of all fields: those of a part, such as `/engine/workers`, one by one.
fn fields(settings: &Json) -> Vec<String> {
    let parts = settings.as_object().into_iter().flatten();
    parts
        .flat_map(|(name, value)| match value {
            Json::Object(part) if name != "keys" => {
                part.keys().map(|key| format!("/{name}/{key}")).collect()
            }
            _ => vec![format!("/{name}")],
        })
        .collect()
}

fn object(bytes: &[u8]) -> Result<Map<String, Json>, String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    serde_json::from_slice(bytes).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str) -> (Settings, Vec<String>) {
        let userdata = tempfile::tempdir().unwrap();
        std::fs::write(userdata.path().join(FILE), text).unwrap();
        Settings::load(userdata.path())
    }

    #[test]
    fn a_bad_value_costs_nothing_but_itself() {
        let good = Settings {
            theme: Theme::Dark,
            ..Settings::default()
        };
        for (text, notes) in [
            (r#"{"theme": "dark"}"#, 0),
            (r#"{"theme": "dark", "ui_scale": 90}"#, 1),
            (r#"{"theme": "dark", "ui_scale": "big", "keys": 3}"#, 2),
            (r#"{"theme": "dark", "engine": 7, "updates": null}"#, 0),
            (
                r#"{"theme": "dark", "engine": {"workers": 0, "memory_limit_percent": 300}}"#,
                2,
            ),
            (r#"{"theme": "dark", "updates": {"channel": "nightly"}}"#, 1),
            (
                r#"{"theme": "dark", "engine": {"default_python_version": "three"}}"#,
                1,
            ),
        ] {
            let (settings, found) = load(text);
            assert_eq!(found.len(), notes, "{text}: {found:?}");
            let settings = Settings {
                file: Map::new(),
                ..settings
            };
            assert_eq!(settings, good, "{text}");
        }
        let (settings, notes) = load("\u{feff}{\"engine\": {\"workers\": 3}, \"theme\": 1}");
        assert_eq!(settings.engine.workers_here(), 3);
        assert!(notes[0].contains("theme"), "{notes:?}");
    }

    #[test]
    fn a_command_line_is_split_by_blanks_and_quotes() {
        for (text, expected) in [
            ("", Ok(vec![])),
            (
                "code  --goto {file}:{line} ",
                Ok(vec!["code", "--goto", "{file}:{line}"]),
            ),
            (
                r#""C:\My Programs\ed.exe" -n'{line}'"#,
                Ok(vec![r"C:\My Programs\ed.exe", "-n{line}"]),
            ),
            ("a '' \"it's\"", Ok(vec!["a", "", "it's"])),
            ("a \"b", Err("a \" has no end")),
        ] {
            let words = EditorSettings::split(text);
            let expected = expected.map_err(str::to_owned);
            let expected: Result<Vec<String>, _> =
                expected.map(|words| words.into_iter().map(str::to_owned).collect());
            assert_eq!(words, expected, "{text}");
        }
        let (settings, notes) = load(r#"{"editor": {"command": "code \"x"}, "theme": "dark"}"#);
        assert_eq!(
            (settings.editor.command, settings.theme),
            (None, Theme::Dark)
        );
        assert!(notes[0].contains("editor.command"), "{notes:?}");
    }

    #[test]
    fn what_is_not_known_is_kept() {
        let userdata = tempfile::tempdir().unwrap();
        let path = userdata.path().join(FILE);
        let text = r#"{"server": {"port": 80}, "engine": {"gpu": true, "workers": 2}, "theme": 4}"#;
        std::fs::write(&path, text).unwrap();
        let (mut settings, _) = Settings::load(userdata.path());
        settings.engine.workers = Some(5);
        settings.save(userdata.path()).unwrap();
        let saved: Json = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        for (pointer, expected) in [
            ("/server/port", Json::from(80)),
            ("/engine/gpu", true.into()),
            ("/engine/workers", 5.into()),
            ("/theme", "system".into()),
            ("/updates/channel", "stable".into()),
        ] {
            assert_eq!(saved.pointer(pointer), Some(&expected), "{pointer}");
        }
        assert_eq!(Settings::load(userdata.path()).0.engine.workers, Some(5));
    }

    #[test]
    fn one_bad_key_costs_no_other_and_stays_in_the_file() {
        let userdata = tempfile::tempdir().unwrap();
        let path = userdata.path().join(FILE);
        let text = r#"{"keys": {"Run": "F8", "Save": 3, "Undo": ["Ctrl+Z"]}, "theme": "dark"}"#;
        std::fs::write(&path, text).unwrap();
        let (mut settings, notes) = Settings::load(userdata.path());
        assert_eq!(notes.len(), 2, "{notes:?}");
        assert!(
            notes[0].contains("\"Save\"") && notes[0].contains('3'),
            "{notes:?}"
        );
        assert_eq!(settings.keys.get("Run").map(String::as_str), Some("F8"));
        assert_eq!(settings.theme, Theme::Dark);
        settings.keys.clear();
        settings.save(userdata.path()).unwrap();
        let saved: Json = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        assert_eq!(
            saved["keys"],
            serde_json::json!({"Save": 3, "Undo": ["Ctrl+Z"]})
        );
    }

    #[test]
    fn a_file_that_is_no_json_blocks_nothing_and_is_kept() {
        let userdata = tempfile::tempdir().unwrap();
        std::fs::write(userdata.path().join(FILE), "{broken").unwrap();
        let (settings, notes) = Settings::load(userdata.path());
        assert_eq!(settings, Settings::default());
        assert!(notes[0].contains("line 1"), "{notes:?}");
        settings.save(userdata.path()).unwrap();
        assert_eq!(Settings::load(userdata.path()).1, [""; 0]);
        let kept = std::fs::read_dir(userdata.path())
            .unwrap()
            .flatten()
            .any(|entry| std::fs::read(entry.path()).is_ok_and(|bytes| bytes == b"{broken"));
        assert!(kept);
    }
}
