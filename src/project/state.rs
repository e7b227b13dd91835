//! State: which projects are open, which of them is shown, and which were open lately, in `state.json` of the userdata folder. The first
//! Loom's keys are read and written on, others are kept. A file that cannot be read costs nothing but itself.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use super::index;
use crate::document::file::{SAVEFILE, set_aside, write_atomic};

const FILE: &str = "state.json";
const MOST_RECENT: usize = 20;

/// How the window had one project when it was open last, beyond what its savefile says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProjectWindow {
    /// What changes runs by itself.
    pub is_live: bool,
    /// Keys of the nodes that runs stop before.
    pub breakpoints: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// Folder of the project that was shown last.
    pub active: Option<PathBuf>,
    /// Folders of the projects that were open last, in the order of their tabs.
    pub open: Vec<PathBuf>,
    /// Folders of projects, the last one first.
    pub recent: Vec<PathBuf>,
    /// When those were opened, as in `2026-01-07T09:15:02Z`.
    opened: BTreeMap<PathBuf, String>,
    /// Of projects where that is anything of note.
    windows: BTreeMap<PathBuf, ProjectWindow>,
    /// Folders of projects whose place was told of: a network drive, say.
    places_known: Vec<PathBuf>,
    /// How the window's panels lie: the window's own words.
    pub layout: Json,
    /// The file as it was read.
    file: Map<String, Json>,
}

impl State {
    /// Read the state of a userdata folder. Folders that are not there any more are left out; what a file of another
    /// machine names is looked for in userdata.
    pub fn load(userdata: &Path) -> Self {
        Self::load_telling(userdata).0
    }

    /// The same; the second part says in words what could not be taken. A file that is no JSON is kept beside under
    /// another name.
    pub fn load_telling(userdata: &Path) -> (Self, Vec<String>) {
        let path = userdata.join(FILE);
        let file = match std::fs::read(&path).map(|bytes| index::json(&bytes)) {
            Ok(Ok(Json::Object(file))) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Self::none(),
            Err(error) => {
                let note = format!(
                    "which projects were open cannot be read: {error}; see that you may read the file: {}",
                    path.display()
                );
                return (Self::default(), vec![note]);
            }
            Ok(read) => {
                let why =
                    read.map_or_else(|error| error.to_string(), |_| "it is no object".to_owned());
                let aside = set_aside(&path);
                let aside = aside.as_deref().unwrap_or(&path).display();
                let note = format!(
                    "which projects were open could not be read ({why}); open them anew. What was there is kept: {aside}"
                );
                return (Self::default(), vec![note]);
            }
        };
        let notes = odd(&file);
        (Self::from_file(file, userdata), notes)
    }

    fn none() -> (Self, Vec<String>) {
        (Self::default(), Vec::new())
    }

    /// Each entry that is of no use is left out, and no other with it.
    fn from_file(file: Map<String, Json>, userdata: &Path) -> Self {
        let here = |path: &str| index::folder_here(path, userdata);
        let active = file
            .get("projectPath")
            .and_then(Json::as_str)
            .and_then(here);
        let folders = |key: &str| {
            let paths = file.get(key)?.as_array()?.iter();
            Some(paths.filter_map(Json::as_str).filter_map(here))
        };
        // Files from before there were tabs know one project.
        let open = match folders("open") {
            Some(open) => open.collect(),
            None => active.iter().cloned().collect(),
        };
        let recent = folders("recent").map(|recent| recent.take(MOST_RECENT).collect());
        let opened = file.get("opened").and_then(Json::as_object);
        let opened = opened.into_iter().flatten().filter_map(|(path, time)| {
            let time = time.as_str()?.to_owned();
            Some((here(path)?, time))
        });
        let windows = file.get("windows").and_then(Json::as_object);
        let windows = windows.into_iter().flatten().filter_map(|(path, window)| {
            let breakpoints = window.get("breakpoints").and_then(Json::as_array);
            let keys = breakpoints.into_iter().flatten().filter_map(Json::as_str);
            let window = ProjectWindow {
                is_live: window.get("live").and_then(Json::as_bool).unwrap_or(false),
                breakpoints: keys.map(str::to_owned).collect(),
            };
            Some((here(path)?, window))
        });
        Self {
            windows: windows.collect(),
            open,
            recent: recent.unwrap_or_default(),
            places_known: folders("placesKnown").into_iter().flatten().collect(),
            opened: opened.collect(),
            layout: file.get("layout").cloned().unwrap_or_default(),
            active,
            file,
        }
    }

    /// A project was opened: it is the first of the recent ones.
    pub fn add_recent(&mut self, project: &Path) {
        self.recent.retain(|folder| folder != project);
        self.recent.insert(0, project.to_owned());
        self.recent.truncate(MOST_RECENT);
        let now = format!("{:.0}", Timestamp::now());
        self.opened.insert(project.to_owned(), now);
        self.opened.retain(|folder, _| self.recent.contains(folder));
    }

    /// When a project was opened last, if that is known.
    pub fn opened(&self, project: &Path) -> Option<SystemTime> {
        let time = self.opened.get(project)?.parse::<Timestamp>().ok()?;
        time.try_into().ok()
    }

    /// Need not be told again where a project lies?
    pub fn knows_place(&self, project: &Path) -> bool {
        self.places_known.iter().any(|known| known == project)
    }

    pub fn set_place_known(&mut self, project: &Path) {
        if !self.knows_place(project) {
            self.places_known.push(project.to_owned());
        }
    }

    /// How the window had a project.
    pub fn window(&self, project: &Path) -> ProjectWindow {
        self.windows.get(project).cloned().unwrap_or_default()
    }

    pub fn set_window(&mut self, project: &Path, window: ProjectWindow) {
        if window == ProjectWindow::default() {
            self.windows.remove(project);
        } else {
            self.windows.insert(project.to_owned(), window);
        }
    }

    /// Leave a project out of the recent ones; was anything known of it? Nothing of it is touched.
    pub fn forget(&mut self, project: &Path) -> bool {
        let is_known = self.recent.iter().any(|folder| folder == project);
        let had_window = self.windows.remove(project).is_some();
        self.recent.retain(|folder| folder != project);
        self.opened.remove(project).is_some() || had_window || is_known
    }

    /// A project lies elsewhere now: what is known of it holds there.
    pub fn moved(&mut self, from: &Path, to: &Path) {
        let folders = self.open.iter_mut().chain(&mut self.recent);
        for folder in folders
            .chain(&mut self.active)
            .filter(|folder| *folder == from)
        {
            to.clone_into(folder);
        }
        if let Some(window) = self.windows.remove(from) {
            self.windows.insert(to.to_owned(), window);
        }
        if let Some(time) = self.opened.remove(from) {
            self.opened.insert(to.to_owned(), time);
        }
    }

    /// The project that is shown; `None`: none is open.
    pub fn set_active(&mut self, project: Option<&Path>, id: &str, name: &str) {
        self.active = project.map(Path::to_owned);
        for (key, value) in [("projectId", id), ("projectName", name)] {
            self.file.insert(key.to_owned(), value.into());
        }
    }

    /// The same from a window beside another one, whose tabs stay those that are remembered.
    pub fn save_beside(&self, userdata: &Path) -> io::Result<()> {
        let other = Self::load(userdata);
        let state = Self {
            active: other.active,
            open: other.open,
            file: other.file,
            ..self.clone()
        };
        state.save(userdata)
    }

    pub fn save(&self, userdata: &Path) -> io::Result<()> {
        let mut file = self.file.clone();
        let text = |path: &Path| Json::from(path.to_string_lossy());
        let active = self.active.as_ref();
        let savefile = active.map_or(Json::Null, |active| text(&active.join(SAVEFILE)));
        file.insert("projectPath".to_owned(), savefile);
        for (key, folders) in [
            ("open", &self.open),
            ("recent", &self.recent),
            ("placesKnown", &self.places_known),
        ] {
            let folders = folders.iter().map(|folder| text(folder)).collect();
            file.insert(key.to_owned(), folders);
        }
        let opened = self.opened.iter();
        let opened = opened.map(|(folder, time)| {
            let folder = folder.to_string_lossy().into_owned();
            (folder, Json::from(time.as_str()))
        });
        file.insert("opened".to_owned(), Json::Object(opened.collect()));
        let windows = self.windows.iter().map(|(folder, window)| {
            let of_window = serde_json::json!({
                "live": window.is_live,
                "breakpoints": window.breakpoints,
            });
            (folder.to_string_lossy().into_owned(), of_window)
        });
        file.insert("windows".to_owned(), Json::Object(windows.collect()));
        file.insert("layout".to_owned(), self.layout.clone());
        std::fs::create_dir_all(userdata)?;
        let text = format!("{:#}\n", Json::Object(file));
        write_atomic(&userdata.join(FILE), text.as_bytes())
    }
}

/// What of the file cannot be taken, in words.
fn odd(file: &Map<String, Json>) -> Vec<String> {
    let is_odd = |(key, value): &(&String, &Json)| match key.as_str() {
        "open" | "recent" | "placesKnown" => !value.is_array(),
        "opened" | "windows" => !value.is_object(),
        "projectPath" => !value.is_string() && !value.is_null(),
        _ => false,
    };
    let odd = file.iter().filter(is_odd);
    odd.map(|(key, _)| {
        format!("\"{key}\" in state.json is not used: it is of another kind than Loom writes")
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::create;

    #[test]
    fn the_state_of_the_first_loom_is_read_and_its_other_keys_are_kept() {
        let userdata = tempfile::tempdir().unwrap();
        let project = create("Temperatures", userdata.path()).unwrap();
        let old = "\u{feff}{\"projectId\": \"a\", \"projectName\": \"Temperatures\", \"zoom\": 2,
            \"projectPath\": \"C:\\\\Loom\\\\userdata\\\\Temperatures\\\\savefile.json\"}";
        std::fs::write(userdata.path().join(FILE), old).unwrap();
        let mut state = State::load(userdata.path());
        assert_eq!(state.active.as_deref(), Some(project.as_path()));
        state.layout = Json::from("wide");
        state.save(userdata.path()).unwrap();
        let again = State::load(userdata.path());
        assert_eq!(again.file.get("zoom"), Some(&Json::from(2)));
        assert_eq!((again.active, again.layout), (state.active, state.layout));
    }

    #[test]
    fn tabs_and_recent_projects_are_those_that_are_still_there() {
        let userdata = tempfile::tempdir().unwrap();
        let folders = ["a", "b", "c"].map(|name| create(name, userdata.path()).unwrap());
        let mut state = State::default();
        for folder in folders.iter().chain([&folders[0]]) {
            state.add_recent(folder);
        }
        state.open = folders.to_vec();
        state.set_place_known(&folders[0]);
        state.set_active(Some(&folders[2]), "id", "name");
        state.save(userdata.path()).unwrap();
        std::fs::remove_dir_all(&folders[1]).unwrap();
        let mut state = State::load(userdata.path());
        assert_eq!(state.recent, [folders[0].clone(), folders[2].clone()]);
        assert_eq!(state.open, [folders[0].clone(), folders[2].clone()]);
        assert_eq!(state.active.as_ref(), Some(&folders[2]));
        assert!(state.knows_place(&folders[0]) && !state.knows_place(&folders[2]));
        let age = state.opened(&folders[0]).unwrap().elapsed().unwrap();
        assert!(age < std::time::Duration::from_mins(10), "{age:?}");

        state.forget(&folders[0]);
        state.open.clear();
        state.set_active(None, "", "");
        state.save(userdata.path()).unwrap();
        let state = State::load(userdata.path());
        assert_eq!(state.recent, [folders[2].clone()]);
        assert_eq!(state.opened(&folders[0]), None);
        assert_eq!((state.open, state.active), (Vec::new(), None));
    }

    #[test]
    fn how_the_window_had_a_project_is_kept_where_it_is_of_note() {
        let userdata = tempfile::tempdir().unwrap();
        let [one, other] = ["a", "b"].map(|name| create(name, userdata.path()).unwrap());
        let window = ProjectWindow {
            is_live: true,
            breakpoints: vec!["node_1".into(), "node_7".into()],
        };
        let mut state = State::default();
        state.set_window(&one, window.clone());
        state.set_window(&other, window.clone());
        state.save(userdata.path()).unwrap();
        let mut state = State::load(userdata.path());
        assert_eq!(
            (state.window(&one), state.window(&other)),
            (window.clone(), window)
        );
        state.set_window(&one, ProjectWindow::default());
        state.forget(&other);
        assert_eq!(state.windows, BTreeMap::new());
    }

    #[test]
    fn a_state_from_before_there_were_tabs_opens_its_project() {
        let userdata = tempfile::tempdir().unwrap();
        let project = create("a", userdata.path()).unwrap();
        let mut state = State::default();
        state.set_active(Some(&project), "id", "a");
        state.save(userdata.path()).unwrap();
        let path = userdata.path().join(FILE);
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.replace("\"open\"", "\"unknown\"")).unwrap();
        assert_eq!(State::load(userdata.path()).open, [project]);
    }

    #[test]
    fn a_broken_file_blocks_nothing() {
        let userdata = tempfile::tempdir().unwrap();
        for text in ["", "[1]", "{\"recent\": 3, \"projectPath\": []}"] {
            std::fs::write(userdata.path().join(FILE), text).unwrap();
            let state = State::load(userdata.path());
            assert_eq!((state.active, state.recent.len()), (None, 0), "{text}");
        }
        // What is no object is kept under another name, and told of once.
        let torn = "{\"recent\": [";
        std::fs::write(userdata.path().join(FILE), torn).unwrap();
        let (_, notes) = State::load_telling(userdata.path());
        assert_eq!(notes.len(), 1, "{notes:?}");
        assert_eq!(State::load_telling(userdata.path()).1, [""; 0]);
        let kept = std::fs::read_dir(userdata.path()).unwrap().flatten();
        let mut kept = kept.filter(|entry| entry.file_name().to_string_lossy().contains("corrupt"));
        assert!(kept.any(|entry| std::fs::read_to_string(entry.path()).unwrap() == torn));
        std::fs::write(userdata.path().join(FILE), "{\"recent\": 3, \"open\": []}").unwrap();
        let (_, notes) = State::load_telling(userdata.path());
        assert!(
            matches!(&*notes, [note] if note.contains("recent")),
            "{notes:?}"
        );
    }
}
