//! `loom picture`: the graph as a file that carries it, without a window.

use std::fs;

use loom::picture::graph_in;

use super::FUNCTIONS;
use super::stage::{Stage, graph};

#[test]
fn a_project_is_drawn_in_both_formats_and_themes_and_the_picture_carries_it() {
    let stage = Stage::new();
    let nodes = graph(&["n number value=4", "sum add a<n"]);
    let folder = stage.project("P", FUNCTIONS, &nodes);
    let before = fs::read(folder.join("savefile.json")).unwrap();
    let draw = |file: &str, theme: &[&str]| {
        let call: Vec<_> = ["picture", "P", file]
            .into_iter()
            .chain(theme.iter().copied())
            .collect();
        let call = stage.loom(&call).exits(0).prints("");
        call.says(&["wrote ", file]);
        fs::read(stage.folder.path().join(file)).unwrap()
    };
    let dark = draw("dark.png", &[]);
    let light = draw("light.png", &["--theme", "light"]);
    let drawing = draw("drawing.svg", &[]);
    for bytes in [&dark, &light, &drawing] {
        let text = graph_in(bytes).unwrap();
        let carried: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(carried["nodes"][1]["nodeId"], "sum");
        assert_eq!(carried["connections"].as_array().unwrap().len(), 1);
    }
    let corner = |png: &[u8]| image::load_from_memory(png).unwrap().to_rgb8()[(0, 0)].0;
    assert!(corner(&dark)[0] < 60 && corner(&light)[0] > 200);
    assert!(String::from_utf8(drawing).unwrap().contains(">Add</text>"));
    assert_eq!(fs::read(folder.join("savefile.json")).unwrap(), before);
}

#[test]
fn what_cannot_be_drawn_is_said() {
    let stage = Stage::new();
    stage.project("P", FUNCTIONS, &graph(&["n number"]));
    stage.project("Empty", FUNCTIONS, &graph(&[]));
    for (project, file, says) in [
        ("P", "out.jpg", "a picture is a .png or an .svg"),
        ("Empty", "out.png", "the graph is empty"),
        ("Nobody", "out.png", "there is no project \"Nobody\""),
        ("P", "no/such/folder/out.png", "cannot write the picture"),
    ] {
        stage
            .loom(&["picture", project, file])
            .exits(2)
            .says(&[says]);
        assert!(!stage.folder.path().join(file).exists(), "{file}");
    }
}
