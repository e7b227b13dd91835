//! Editor: which program opens a source at a line, and starting it. The command line is split into words here; no shell
//! sees it.

use std::io;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::App;
use crate::paths::Variables;
use crate::settings::EditorSettings;
use crate::ui::Level;

/// Editors that need a terminal, which a window has none of.
const OF_TERMINALS: [&str; 15] = [
    "vi", "vim", "nvim", "nano", "pico", "micro", "hx", "helix", "kak", "joe", "ne", "ed", "ex",
    "mcedit", "nvi",
];
/// Words by which others ask for one.
const IN_TERMINAL: [&str; 4] = ["-nw", "-t", "--tty", "--no-window-system"];

/// Editors that were started and may still be open.
#[derive(Debug, Default)]
pub(super) struct Editors {
    open: Vec<Child>,
}

impl Editors {
    /// Start an editor that outlives this program.
    fn start(&mut self, words: &[String]) -> io::Result<()> {
        // Those that were closed meanwhile leave the system's list of processes.
        self.open
            .retain_mut(|editor| matches!(editor.try_wait(), Ok(None)));
        let Some((program, arguments)) = words.split_first() else {
            return Err(io::ErrorKind::InvalidInput.into());
        };
        let spawn = |program: &str| {
            let mut command = Command::new(program);
            command.args(arguments);
            for stream in [Command::stdin, Command::stdout, Command::stderr] {
                stream(&mut command, Stdio::null());
            }
            #[cfg(unix)]
            {
                // Ctrl+C in the terminal that Loom was started from is not meant for it.
                std::os::unix::process::CommandExt::process_group(&mut command, 0);
            }
            command.spawn()
        };
        let started = spawn(program).or_else(|error| {
            // What is called `code` is a script there.
            if cfg!(windows) && error.kind() == io::ErrorKind::NotFound {
                spawn(&format!("{program}.cmd"))
            } else {
                Err(error)
            }
        });
        self.open.push(started?);
        Ok(())
    }
}

impl App {
    /// Open a source at a line: in the editor of the settings, else the one that the environment names, else as the
    /// system opens such files.
    pub(super) fn open_source(&mut self, path: &Path, line: u32) {
        if !path.is_file() {
            let text = format!("There is no such file any more: {}", path.display());
            self.notify(Level::Warning, text);
            return;
        }
        let words = words_for(&self.settings.editor, &Variables::load(), path, line);
        if words.is_none() && self.project.trusted().is_none() {
            // Systems run some sources when they open them.
            let text = "This project is not trusted yet: choose an editor in the settings to open its sources in";
            self.notify(Level::Warning, text);
            return;
        }
        let started = match &words {
            Some(words) => self.editors.start(words),
            None => open::that_detached(path),
        };
        if started.is_ok() {
            self.project.edits_outside(path);
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        match (started, words) {
            (Ok(()), Some(_)) => self.notify(Level::Info, format!("{name} is opened")),
            (Ok(()), None) => self.notify(
                Level::Info,
                format!("{name} is opened; the line is {line}. An editor in the settings is told the line"),
            ),
            (Err(error), Some(words)) => {
                let program = words.first().map_or("", String::as_str);
                self.notify(
                    Level::Error,
                    format!("The editor \"{program}\" cannot be started: {error}; choose another in the settings"),
                );
            }
            (Err(error), None) => self.notify(
                Level::Error,
                format!("Nothing opens the source: {error}; choose an editor in the settings: {}", path.display()),
            ),
        }
    }
}

/// Program and arguments that open a file at a line; `None`: as the system opens it.
fn words_for(
    settings: &EditorSettings,
    variables: &Variables,
    path: &Path,
    line: u32,
) -> Option<Vec<String>> {
    let own = settings.words().filter(|words| !words.is_empty());
    let words = own.map(with_file).or_else(|| {
        let named = ["VISUAL", "EDITOR"].into_iter();
        let mut texts = named.filter_map(|name| variables.get_text(name));
        texts.find_map(|text| of_environment(&text))
    })?;
    let (path, line) = (path.to_string_lossy(), line.to_string());
    let filled = |word: String| word.replace("{line}", &line).replace("{file}", &path);
    Some(words.into_iter().map(filled).collect())
}

/// A command without a place for the file gets it at its end.
fn with_file(mut words: Vec<String>) -> Vec<String> {
    if !words.iter().any(|word| word.contains("{file}")) {
        words.push("{file}".to_owned());
    }
    words
}

/// The command of a variable such as `EDITOR`, with how that editor is told a line; `None`: it needs a terminal.
fn of_environment(text: &str) -> Option<Vec<String>> {
    let mut words = EditorSettings::split(text).ok()?;
    let program = Path::new(words.first()?).file_stem()?.to_string_lossy();
    let program = program.to_lowercase();
    let is_in_terminal = words
        .iter()
        .any(|word| IN_TERMINAL.contains(&word.as_str()));
    if OF_TERMINALS.contains(&program.as_str()) || is_in_terminal {
        return None;
    }
    let arguments: &[&str] = match program.as_str() {
        "code" | "code-insiders" | "codium" | "vscodium" | "cursor" | "windsurf" => {
            &["--goto", "{file}:{line}"]
        }
        "subl" | "sublime_text" | "zed" | "zeditor" => &["{file}:{line}"],
        "gvim" | "mvim" | "emacs" | "emacsclient" | "gedit" | "xed" | "pluma" => {
            &["+{line}", "{file}"]
        }
        "kate" | "kwrite" | "pycharm" | "charm" | "idea" | "mate" => {
            &["--line", "{line}", "{file}"]
        }
        "notepad++" => &["-n{line}", "{file}"],
        _ => &["{file}"],
    };
    words.extend(arguments.iter().map(|word| (*word).to_owned()));
    Some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_settings_come_before_the_environment_and_that_before_the_system() {
        let path = Path::new("/my nodes/a.py");
        for (command, variables, expected) in [
            (None, &[][..], None),
            (None, &[("EDITOR", "vim")], None),
            (None, &[("EDITOR", "/usr/bin/nano -l")], None),
            (None, &[("VISUAL", "emacs -nw")], None),
            (
                None,
                &[("VISUAL", "vi"), ("EDITOR", "gedit")],
                Some("gedit|+7|/my nodes/a.py"),
            ),
            (
                None,
                &[("VISUAL", "code --wait"), ("EDITOR", "vim")],
                Some("code|--wait|--goto|/my nodes/a.py:7"),
            ),
            (
                None,
                &[("EDITOR", "'/opt/My Editor/run' -x")],
                Some("/opt/My Editor/run|-x|/my nodes/a.py"),
            ),
            (
                Some("kate -l {line} {file}"),
                &[("EDITOR", "gedit")],
                Some("kate|-l|7|/my nodes/a.py"),
            ),
            (
                Some("idea64 \"--at={file}#{line}\""),
                &[],
                Some("idea64|--at=/my nodes/a.py#7"),
            ),
            (
                Some("mine; rm $HOME"),
                &[],
                Some("mine;|rm|$HOME|/my nodes/a.py"),
            ),
            (
                Some("  "),
                &[("EDITOR", "subl")],
                Some("subl|/my nodes/a.py:7"),
            ),
        ] {
            let settings = EditorSettings {
                command: command.map(str::to_owned),
            };
            let words = words_for(&settings, &Variables::of(variables), path, 7);
            let words = words.map(|words| words.join("|"));
            assert_eq!(words.as_deref(), expected, "{command:?} {variables:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn an_editor_gets_its_words_as_they_are_and_one_that_is_not_there_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let told = folder.path().join("told");
        let script = r#"printf '%s|' "$@" > "$0.part" && mv "$0.part" "$0""#;
        let path = told.display().to_string();
        let words = ["sh", "-c", script, &path, "a b", "$HOME"].map(str::to_owned);
        let mut editors = Editors::default();
        editors.start(&words).unwrap();
        while !told.exists() {
            std::thread::yield_now();
        }
        assert_eq!(std::fs::read_to_string(told).unwrap(), "a b|$HOME|");
        let missing = folder.path().join("no editor").display().to_string();
        let error = editors.start(&[missing]).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
        assert!(editors.start(&[]).is_err());
    }
}
