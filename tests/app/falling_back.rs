//! Settings and state of any content: nothing panics, and what is good of them holds, whatever stands beside it.

use std::fs;

use loom::project::state::State;
use loom::settings::Settings;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};

fn settings() -> Json {
    json!({
        "updates": {"check_on_startup": false, "auto_download": true, "channel": "beta", "skipped_version": "1.2.3"},
        "engine": {
            "max_parallel_projects": 3, "default_python_version": "3.12", "workers": 5,
            "memory_limit_percent": 70, "results_limit_mb": 512
        },
        "canvas": {"snap_to_grid": false, "box_selects_inside": true, "minimap": false},
        "editor": {"command": "code --goto {file}:{line}"},
        "theme": "dark",
        "ui_scale": 1.5,
        "keys": {"Save": "Ctrl+K", "Undo": "Ctrl+L"},
        "of a newer Loom": {"deep": [1, 2, {"er": null}]}
    })
}

/// Any JSON, not deep.
fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        ".{0,12}".prop_map(Json::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Json::from),
            btree_map(".{0,6}", inner, 0..4)
                .prop_map(|map| Json::Object(map.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// Fields that stand in a file, each by itself.
fn fields(json: &Json) -> Vec<String> {
    let Json::Object(parts) = json else {
        return Vec::new();
    };
    let mut fields = Vec::new();
    for (name, value) in parts {
        match value {
            Json::Object(part) if name != "of a newer Loom" => {
                fields.extend(part.keys().map(|key| format!("/{name}/{key}")));
            }
            _ => fields.push(format!("/{name}")),
        }
    }
    fields
}

proptest! {
    #[test]
    fn a_setting_that_is_good_holds_whatever_stands_beside_it(
        at in vec((any::<prop::sample::Index>(), any_json()), 1..4)
    ) {
        let mut file = settings();
        let all = fields(&file);
        let mut changed = Vec::new();
        for (index, value) in at {
            let field = index.get(&all);
            *file.pointer_mut(field).unwrap() = value;
            changed.push(field.clone());
        }
        let userdata = tempfile::tempdir().unwrap();
        let path = userdata.path().join("settings.json");
        fs::write(&path, file.to_string()).unwrap();
        let (read, notes) = Settings::load(userdata.path());
        prop_assert!(notes.len() <= changed.len(), "{notes:?}");
        read.save(userdata.path()).unwrap();
        let written: Json = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        let good = settings();
        for field in all.iter().filter(|field| !changed.contains(field)) {
            prop_assert_eq!(written.pointer(field), good.pointer(field), "{}", field);
        }
        if changed.iter().any(|field| field == "/of a newer Loom") {
            prop_assert_eq!(written.pointer("/of a newer Loom"), file.pointer("/of a newer Loom"));
        }
    }

    #[test]
    fn a_state_keeps_what_is_good_of_it(value in any_json(), at in 0..6_usize) {
        let userdata = tempfile::tempdir().unwrap();
        let project = loom::project::create("a", userdata.path()).unwrap();
        let mut state = State::default();
        state.add_recent(&project);
        state.open = vec![project.clone()];
        state.set_place_known(&project);
        state.set_active(Some(&project), "id", "a");
        state.layout = json!({"wide": true});
        state.save(userdata.path()).unwrap();
        let path = userdata.path().join("state.json");
        let mut file: Json = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        file["of a newer Loom"] = json!([1]);
        let key = ["open", "recent", "placesKnown", "opened", "windows", "projectPath"][at];
        file[key] = value;
        fs::write(&path, file.to_string()).unwrap();
        let (read, _) = State::load_telling(userdata.path());
        let is_kept = |of: &str, holds: bool| holds || key == of;
        prop_assert!(is_kept("open", read.open == [project.clone()]));
        prop_assert!(is_kept("recent", read.recent == [project.clone()]));
        prop_assert!(is_kept("placesKnown", read.knows_place(&project)));
        prop_assert!(is_kept("opened", read.opened(&project).is_some()));
        prop_assert!(is_kept("projectPath", read.active.as_ref() == Some(&project)));
        prop_assert_eq!(&read.layout, &state.layout);
        read.save(userdata.path()).unwrap();
        let written: Json = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        prop_assert_eq!(&written["of a newer Loom"], &json!([1]));
    }

    #[test]
    fn no_bytes_stop_the_start(
        text in prop_oneof![vec(any::<u8>(), 0..200), Just(settings().to_string().into_bytes())],
        cut in any::<prop::sample::Index>(),
        flip in any::<u8>(),
    ) {
        let mut text = text;
        if !text.is_empty() {
            let at = cut.index(text.len());
            text[at] ^= flip;
            text.truncate(text.len() - at / 2);
        }
        for file in ["settings.json", "state.json"] {
            let userdata = tempfile::tempdir().unwrap();
            let path = userdata.path().join(file);
            fs::write(&path, &text).unwrap();
            let (settings, _) = Settings::load(userdata.path());
            let (state, _) = State::load_telling(userdata.path());
            loom::project::index::projects(userdata.path());
            settings.save(userdata.path()).unwrap();
            state.save(userdata.path()).unwrap();
            // What was no JSON is still there, to the letter.
            let is_object = serde_json::from_slice::<Map<String, Json>>(&text).is_ok();
            let files = fs::read_dir(userdata.path()).unwrap().flatten();
            let is_there = files.map(|file| fs::read(file.path()).unwrap()).any(|bytes| bytes == text);
            prop_assert!(is_object || is_there);
        }
    }
}
