//! Each call of a save fails once, in each way: the savefile is the old one or the new one, and nothing is left.

use std::io::ErrorKind::{Other, PermissionDenied, ReadOnlyFilesystem, StorageFull};
use std::path::Path;

use super::generations;
use crate::document::Document;
use crate::document::file::SAVEFILE;
use crate::document::file::storage::Storage as _;
use crate::document::file::storage::model::{Fate, Ignored, Model};

fn named(name: usize) -> Document {
    let mut document = Document::default();
    document.meta.project_name = format!("name {name}");
    document
}

#[test]
fn no_call_of_a_save_that_fails_harms_the_savefile() {
    let project = Path::new("/project");
    let savefile = project.join(SAVEFILE);
    let mut failures = 0;
    for (kind, advice) in [
        (StorageFull, "free some space"),
        (PermissionDenied, "you may write there"),
        (ReadOnlyFilesystem, "you may write there"),
        (Other, "save again"),
    ] {
        // The first save has no version to keep, the eighth one too many.
        for saves in 0..16 {
            for call in 1.. {
                let model = Model::new(call as u64, Ignored::Nothing);
                model.create_folder(project).unwrap();
                model.flush_folder(Path::new("/")).unwrap();
                for name in 0..saves {
                    generations::save_on(&model, &named(name), project, None, None).unwrap();
                }
                let before = model.read(&savefile).ok();
                let calls = model.calls();
                model.doom(call, Fate::Error(kind));
                let saved = generations::save_on(&model, &named(saves), project, None, None);
                model.spare();
                if model.calls() < calls + call {
                    break;
                }
                failures += 1;
                let after = model.read(&savefile).ok();
                let is_new = after.as_ref().is_some_and(|text| {
                    String::from_utf8_lossy(text).contains(&format!("name {saves}"))
                });
                let what = format!("call {call} of save {saves}, {kind}: {saved:?}");
                match &saved {
                    Ok(_) => assert!(is_new, "{what}"),
                    Err(error) => {
                        assert!(is_new || after == before, "{what}");
                        let told = error.to_string();
                        assert!(told.contains(advice) && told.contains(SAVEFILE), "{told}");
                    }
                }
                let is_left =
                    |path: &&std::path::PathBuf| path.extension().is_some_and(|end| end == "tmp");
                assert_eq!(model.files().iter().find(is_left), None, "{what}");
                // And the next one goes through, whatever the disk keeps of this one.
                model.crash();
                let crashed = model.read(&savefile).ok();
                let is_old = saved.is_err() && crashed == before;
                assert!(is_old || (is_new && crashed == after), "{what}");
                generations::save_on(&model, &named(99), project, None, None).unwrap();
                let text = model.read(&savefile).unwrap();
                assert!(String::from_utf8_lossy(&text).contains("name 99"), "{what}");
            }
        }
    }
    eprintln!("{failures} failures");
    assert!(failures > 1000, "{failures}");
}
