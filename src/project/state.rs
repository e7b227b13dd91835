//! State: which project is active and which were open lately, in `state.json` of the userdata folder. The first
//! Loom's keys are read and written on, others are kept. A file that cannot be read costs nothing but itself.

use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value as Json};

use super::index;
use crate::document::file::{SAVEFILE, write_atomic};

const FILE: &str = "state.json";
const MOST_RECENT: usize = 20;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// Folder of the project that was open last.
    pub active: Option<PathBuf>,
    /// Folders of projects, the last one first.
    pub recent: Vec<PathBuf>,
    /// How the window's panels lie: the window's own words.
    pub layout: Json,
    /// The file as it was read.
    file: Map<String, Json>,
}

impl State {
    /// Read the state of a userdata folder. Folders that are not there any more are left out; what a file of another
    /// machine names is looked for in userdata.
    pub fn load(userdata: &Path) -> Self {
        let Some(Json::Object(file)) = index::read_json(&userdata.join(FILE)) else {
            return Self::default();
        };
        let here = |path: &str| index::folder_here(path, userdata);
        let active = file
            .get("projectPath")
            .and_then(Json::as_str)
            .and_then(here);
        let recent = file.get("recent").and_then(Json::as_array);
        let recent = recent.into_iter().flatten().filter_map(Json::as_str);
        Self {
            active,
            recent: recent.filter_map(here).take(MOST_RECENT).collect(),
            layout: file.get("layout").cloned().unwrap_or_default(),
            file,
        }
    }

    /// A project was opened: it is active and the first of the recent ones.
    pub fn set_active(&mut self, project: &Path, id: &str, name: &str) {
        self.active = Some(project.to_owned());
        self.recent.retain(|folder| folder != project);
        self.recent.insert(0, project.to_owned());
        self.recent.truncate(MOST_RECENT);
        for (key, value) in [("projectId", id), ("projectName", name)] {
            self.file.insert(key.to_owned(), value.into());
        }
    }

    pub fn save(&self, userdata: &Path) -> io::Result<()> {
        let mut file = self.file.clone();
        let text = |path: &Path| Json::from(path.to_string_lossy());
        if let Some(active) = &self.active {
            file.insert("projectPath".to_owned(), text(&active.join(SAVEFILE)));
        }
        let recent = self.recent.iter().map(|folder| text(folder)).collect();
        file.insert("recent".to_owned(), recent);
        file.insert("layout".to_owned(), self.layout.clone());
        std::fs::create_dir_all(userdata)?;
        let text = format!("{:#}\n", Json::Object(file));
        write_atomic(&userdata.join(FILE), text.as_bytes())
    }
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
    fn recent_projects_are_the_last_ones_that_are_there() {
        let userdata = tempfile::tempdir().unwrap();
        let folders = ["a", "b", "c"].map(|name| create(name, userdata.path()).unwrap());
        let mut state = State::default();
        for folder in folders.iter().chain([&folders[0]]) {
            state.set_active(folder, "id", "name");
        }
        state.save(userdata.path()).unwrap();
        std::fs::remove_dir_all(&folders[1]).unwrap();
        let state = State::load(userdata.path());
        assert_eq!(state.recent, [folders[0].clone(), folders[2].clone()]);
        assert_eq!(state.active.as_ref(), Some(&folders[0]));
    }

    #[test]
    fn a_broken_file_blocks_nothing() {
        let userdata = tempfile::tempdir().unwrap();
        for text in ["", "[1]", "{\"recent\": 3, \"projectPath\": []}"] {
            std::fs::write(userdata.path().join(FILE), text).unwrap();
            let state = State::load(userdata.path());
            assert_eq!((state.active, state.recent.len()), (None, 0), "{text}");
        }
    }
}
