//! How long until an image of 8 megapixels can be shown: from the event of the node that made it, by a fetch and a
//! mapped file, to egui's pixels.

use std::time::Instant;

use egui::ColorImage;
use loom::engine::{EngineEvent, Fetch, RunRequest, View, What};
use loom::graph::{NodeId, Value, ValueType};

use crate::graphs;
use crate::measure::{least, ms, new_stage, ready, report, start_with};
use crate::peers;
use crate::stage::{Stage, typed};

const SOURCE: &str = "\
def array(seed: int) -> object:
    import numpy
    return numpy.random.default_rng(seed).integers(0, 256, (2448, 3264, 3), numpy.uint8)

def pillow(seed: int) -> object:
    from PIL import Image
    return Image.fromarray(array(seed))
";

pub fn show() {
    let python = match peers::environment("numpy", "numpy\npillow\n") {
        Ok(python) => python,
        Err(why) => {
            println!("# numpy is not to be had here, and its image is left out: {why}");
            return;
        }
    };
    for function in ["array", "pillow"] {
        let (mut stage, file) = new_stage();
        std::fs::write(&file, SOURCE).expect("the temporary folder can be written to");
        let kind = typed(function, &file, &[("seed", ValueType::Int)], ValueType::Any);
        let nodes = graphs::apart(&kind, [Value::Int(0)]);
        stage.graph = graphs::whole(nodes, Vec::new());
        start_with(&mut stage, &python);
        ready(&mut stage);
        let rounds: Vec<_> = (1..=5).map(|seed| round(&mut stage, seed)).collect();
        let least_of = |part: fn(&Round) -> f64| least(rounds.iter().map(part));
        println!(
            "# {function} of 8 megapixels: {:.1} ms until the file is there, {:.1} ms until it is pixels",
            least_of(|round| round.file),
            least_of(|round| round.pixels),
        );
        let all = least_of(|round| round.file + round.pixels);
        report(&format!("engine/image/{function}"), all, Some(50.0));
    }
}

/// What the parts took.
struct Round {
    file: f64,
    pixels: f64,
}

fn round(stage: &mut Stage, seed: u64) -> Round {
    let node = NodeId(0);
    stage.set(node, "seed", Value::Int(seed as i64));
    let run = stage.request(RunRequest::default());
    stage.until(|event| matches!(event, EngineEvent::NodeFinished { .. }));

    let start = Instant::now();
    let fetch = Fetch {
        fetch: seed,
        node,
        output: 0,
        what: What::View {
            start: 0,
            count: 0,
            sort: None,
        },
    };
    stage
        .engine()
        .fetch(fetch)
        .expect("the engine takes a fetch");
    let is_answer =
        |event: &EngineEvent| matches!(event, EngineEvent::Value { fetch, .. } if *fetch == seed);
    let EngineEvent::Value {
        view:
            View::Image {
                file,
                width,
                height,
                ..
            },
        ..
    } = stage.until(is_answer)
    else {
        panic!("the view of an image is an image");
    };
    let file_at = ms(start.elapsed());
    let bytes = loom::sys::map_file(&file).expect("the file is there");
    let size = [width as usize, height as usize];
    let image = ColorImage::from_rgba_unmultiplied(size, &bytes);
    let pixels_at = ms(start.elapsed());
    assert_eq!(image.size, [3264, 2448]);
    // It may have ended before the picture was there.
    if stage.state.is_running() {
        stage.wait(run);
    }
    Round {
        file: file_at,
        pixels: pixels_at - file_at,
    }
}
