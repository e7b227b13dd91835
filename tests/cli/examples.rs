//! Projects as users have them: one of the first Loom, and Coins and Wine in their real environments.

use std::fs;

use loom::document::Transaction;
use loom::document::file;
use loom::graph::{Bank, Edit, pos2};
use loom::nodebank::Nodebank;
use serde_json::{Value as Json, json};

use crate::stage::{Stage, copy, example, python, root};

#[test]
fn a_project_of_the_first_loom_runs_as_far_as_it_can_and_stays_as_it_is() {
    let stage = Stage::new();
    let copied = stage.folder.path().join("original");
    copy(&root().join("tests/fixtures/original-format"), &copied);
    let project = copied.join("userdata").join("Temperatures");
    let savefile = project.join("savefile.json");
    let before = fs::read(&savefile).unwrap();
    let project = project.to_str().unwrap();
    let call = [
        "run",
        project,
        "--print",
        "report_node.Sentence",
        "--print",
        "node_9.B",
        "--print",
        "node_2.Rounded",
    ];
    stage
        .loom(&call)
        .exits(1)
        .prints("It is 71 F\n\n71\n")
        .says(&["vanished_node", "node_9", "Read 21.5 degrees"]);
    let call = stage.loom(&["run", project, "--json"]).exits(1);
    let mut ended = call.events("run_finished").remove(0);
    assert!(
        ended["elapsed_ms"]
            .take()
            .as_f64()
            .is_some_and(|ms| ms > 0.0)
    );
    let expected = json!({
        "event": "run_finished", "run": 1, "status": "failed", "ran": 3, "cached": 0, "failed": 1, "skipped": 0,
        "elapsed_ms": null
    });
    assert_eq!(ended, expected);
    let failed = &call.events("node_failed")[0];
    assert_eq!(failed["node"], "node_9");
    assert!(
        failed["error"]["message"]
            .as_str()
            .unwrap()
            .contains("vanished_node")
    );
    stage
        .loom(&["check", project])
        .exits(1)
        .says(&["1 problem"]);
    // Texts of such a file are read by what the file says of them.
    let call = [
        "run",
        project,
        "--set",
        "node_1.Celsius=100",
        "--to",
        "report_node",
        "--print",
        "node_7.Sentence",
    ];
    stage.loom(&call).exits(0).prints("It is 212 F\n");
    assert_eq!(fs::read(&savefile).unwrap(), before, "the file was written");
}

#[test]
fn a_project_of_the_first_loom_that_was_saved_runs_as_before_and_lost_nothing() {
    let stage = Stage::new();
    let copied = stage.folder.path().join("original");
    copy(&root().join("tests/fixtures/original-format"), &copied);
    let project = copied.join("userdata").join("Temperatures");
    let savefile = project.join("savefile.json");
    let before = fs::read(&savefile).unwrap();

    let banks = vec![(Bank::Custom, copied.join("nodebank").join("custom"))];
    let mut bank = Nodebank::new(banks, None);
    bank.refresh();
    let mut document = file::load(&savefile, &bank.catalog()).unwrap().document;
    let node = document.graph().node_by_key("node_1").unwrap().id;
    let edits = vec![Edit::Move {
        node,
        to: pos2(120.0, 80.0),
    }];
    document.commit(Transaction::new("Move", edits)).unwrap();
    assert!(file::save(&document, &savefile).unwrap().is_some());

    let saved: Json = serde_json::from_slice(&fs::read(&savefile).unwrap()).unwrap();
    assert_eq!(saved["uiTheme"], "midnight");
    assert_eq!(saved["nodes"][0]["position"]["x"], 120);
    let vanished = &saved["nodes"][3];
    assert_eq!(vanished["entryFunction"], "vanished_node");
    assert_eq!(vanished["input"][0], json!({"var": "A", "value": "1"}));
    assert_eq!(vanished["metadata"]["operation"], "vanished");
    assert_eq!(saved["connections"][2]["targetNodeId"], "node_9");
    assert_eq!(fs::read(project.join("savefile.v1.json")).unwrap(), before);
    let call = [
        "run",
        project.to_str().unwrap(),
        "--print",
        "report_node.Sentence",
    ];
    stage
        .loom(&call)
        .exits(1)
        .prints("It is 71 F\n")
        .says(&["vanished_node"]);
}

#[test]
fn coins_gives_the_numbers_of_a_plain_script_and_its_pictures() {
    let stage = Stage::new();
    let coins = example("coins");
    let pictures = stage.folder.path().join("pictures");
    let call = stage.loom(&[
        "run",
        coins.to_str().unwrap(),
        "--repeat",
        "2",
        "--json",
        "--pictures",
        pictures.to_str().unwrap(),
        "--print",
        "Count of regions.result",
        "--print",
        "Sum of areas.result",
    ]);
    let call = call.exits(0);
    let plain = "
from skimage import data, filters, measure, morphology, segmentation
import numpy as np
image = data.coins()
closed = morphology.closing(image > filters.threshold_otsu(image), np.ones((3, 3)))
regions = measure.regionprops(measure.label(segmentation.clear_border(closed), connectivity=2))
areas = [int(region.area) for region in regions if region.area >= 100]
print(len(areas), sum(areas))
";
    let values = call.events("values").remove(0);
    let texts: Vec<_> = values["values"]
        .as_array()
        .unwrap()
        .iter()
        .map(|v| v["text"].as_str().unwrap())
        .collect();
    assert_eq!(texts.join(" "), python(&coins, plain));
    let runs = call.events("run_finished");
    let counts: Vec<_> = runs
        .iter()
        .map(|run| [&run["ran"], &run["cached"]])
        .collect();
    let count = call.events("run_started")[0]["total"].clone();
    assert_eq!(counts, [[&count, &json!(0)], [&json!(0), &count]]);
    let outlines = image::open(pictures.join("Draw outlines.png"))
        .unwrap()
        .to_rgba8();
    assert_eq!(outlines.dimensions(), (384, 303));
    assert!(
        outlines.pixels().any(|pixel| pixel[0] != pixel[1]),
        "nothing is drawn in colour"
    );
    assert!(pictures.join("Histogram of areas.png").is_file());
    stage
        .loom(&["check", coins.to_str().unwrap()])
        .exits(0)
        .prints("");
}

#[test]
fn wine_runs_with_another_threshold_and_writes_its_file_where_it_is_told() {
    let stage = Stage::new();
    let wine = example("wine");
    let results = stage.folder.path().join("my results");
    let folder = format!("Save the means.folder={}", results.display());
    let call = [
        "run",
        wine.to_str().unwrap(),
        "--set",
        "Strong wines.value=13.5",
        "--set",
        &folder,
        "--print",
        "Wines kept.result",
    ];
    let call = stage.loom(&call).exits(0);
    let plain = "
from sklearn.datasets import load_wine
table = load_wine(as_frame=True).frame
print((table['alcohol'] >= 13.5).sum())
";
    assert_eq!(call.stdout.trim(), python(&wine, plain));
    let csv = fs::read_to_string(results.join("means.csv")).unwrap();
    assert!(csv.lines().next().unwrap().contains("flavanoids"), "{csv}");
    assert!(csv.lines().count() > 2, "{csv}");
    assert!(
        !wine.join("results").exists(),
        "the project's own folder was used"
    );
    stage.loom(&["check", wine.to_str().unwrap()]).exits(0);
}
