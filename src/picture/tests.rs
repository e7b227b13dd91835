//! Tests of pictures: they show the graph, carry it, and are read whatever is done to them.

use proptest::prelude::*;

use super::*;
use crate::engine::protocol::{EngineEvent, NodeError, Thumb, ValueSummary};
use crate::graph::{
    Bank, Catalog, InputSpec, Link, Node, NodeKind, OutputSpec, Port, Pos2, ValueType,
};
use std::sync::Arc;

fn catalog() -> Catalog {
    let mut kind = NodeKind::new(Bank::Builtin, "add");
    kind.title = "Add".into();
    kind.inputs = vec![
        InputSpec::new("a", ValueType::Int),
        InputSpec::new("b", ValueType::Float),
    ];
    kind.outputs = vec![OutputSpec {
        name: "sum".into(),
        ty: ValueType::Int,
    }];
    Catalog::new([Arc::new(kind)])
}

/// Nodes in a row, each linked to the next.
fn document(count: u32) -> Document {
    let kind = catalog().get(Bank::Builtin, "add").unwrap().clone();
    let node = |i: u32| {
        let pos = Pos2::new(300.0 * i as f32, 40.0 * (i % 2) as f32);
        let mut node = Node::new(NodeId(i), format!("node_{i}"), kind.clone(), pos);
        node.title = Some(format!("Grüße & <{i}> ]]> \u{fffe}").into());
        node
    };
    let link = |i: u32| Link {
        from: Port::new(NodeId(i - 1), "sum"),
        to: Port::new(NodeId(i), "a"),
    };
    let (graph, ..) = Graph::from_parts((0..count).map(node), (1..count).map(link));
    let meta = Meta {
        project_name: "Sums".into(),
        ..Meta::default()
    };
    Document::new(graph, meta)
}

fn subject(count: u32) -> Subject {
    Subject {
        document: document(count),
        is_dark: true,
        ..Subject::default()
    }
}

/// What a program that knows nothing of Loom sees.
struct Decoded {
    size: [u32; 2],
    pixels: Vec<[u8; 3]>,
}

fn decoded(png: &[u8]) -> Decoded {
    let decoder = png::Decoder::new(std::io::Cursor::new(png));
    let mut reader = decoder.read_info().unwrap();
    let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut bytes).unwrap();
    assert_eq!(info.color_type, png::ColorType::Rgb);
    Decoded {
        size: [info.width, info.height],
        pixels: bytes.as_chunks().0.to_vec(),
    }
}

#[test]
fn both_formats_carry_the_savefile_and_give_it_back() {
    let subject = subject(3);
    let text = file::to_text(&subject.document, None);
    for format in [Format::Png, Format::Svg] {
        let bytes = subject.file(format).unwrap();
        let found = graph_in(&bytes).unwrap();
        let loaded = |text: &str| {
            let path = Path::new("savefile.json");
            file::parse(text.as_bytes(), path, &catalog())
                .unwrap()
                .document
        };
        assert_eq!(loaded(&found).graph(), loaded(&text).graph(), "{format:?}");
        assert_eq!(
            loaded(&found).graph(),
            subject.document.graph(),
            "{format:?}"
        );
    }
    // What the chunk holds is the text itself; XML cannot hold every character as it is.
    let png = subject.file(Format::Png).unwrap();
    assert_eq!(graph_in(&png).unwrap(), text);
}

#[test]
fn a_part_is_drawn_and_carried_alone() {
    let whole = subject(3);
    let part = Subject {
        only: [NodeId(1), NodeId(2)].into(),
        ..subject(3)
    };
    let bytes = part.file(Format::Png).unwrap();
    let copied = clipboard::parse(&graph_in(&bytes).unwrap(), &catalog()).unwrap();
    assert_eq!((copied.nodes.len(), copied.links.len()), (2, 1));
    let all = decoded(&whole.file(Format::Png).unwrap());
    let some = decoded(&bytes);
    assert_eq!(
        all.size[0] - some.size[0],
        600,
        "300 units, two pixels each"
    );
    let svg = String::from_utf8(part.file(Format::Svg).unwrap()).unwrap();
    assert_eq!(svg.matches("Grüße &amp; &lt;0&gt;").count(), 0);
    assert!(svg.contains("Grüße &amp; &lt;1&gt;"));
}

#[test]
fn the_drawing_is_made_of_the_theme_and_of_real_elements() {
    let mut shot = subject(2);
    let dark = decoded(&shot.file(Format::Png).unwrap());
    shot.is_dark = false;
    let light = decoded(&shot.file(Format::Png).unwrap());
    assert_eq!(dark.size, light.size);
    let brightness = |image: &Decoded| {
        let sum: u64 = image.pixels.iter().map(|pixel| u64::from(pixel[0])).sum();
        sum / image.pixels.len() as u64
    };
    assert!(brightness(&dark) < 60 && brightness(&light) > 190);
    let svg = String::from_utf8(shot.file(Format::Svg).unwrap()).unwrap();
    let (_, svg) = svg.split_once("</metadata>").unwrap();
    // Two titles, two outputs, four inputs at least.
    assert!(svg.matches("<text").count() >= 8, "{svg}");
    assert!(svg.matches("<circle").count() >= 6);
    assert!(svg.matches("<rect").count() >= 4);
    assert!(svg.contains(">sum</text>"));
    let open = svg.matches("<g").count();
    assert_eq!(open, svg.matches("</g>").count());
    for number in ["NaN", "inf", "\"\""] {
        assert!(!svg.contains(number), "{number}");
    }
}

#[test]
fn what_was_run_shows_with_pictures_of_values() {
    let mut run = RunState::default();
    run.begin(1, [NodeId(0), NodeId(1)]);
    let thumb = Thumb {
        file: "thumb.rgba".into(),
        width: 80,
        height: 40,
    };
    let value = ValueSummary {
        ty: "image".into(),
        text: "2 × 1".into(),
        thumb: Some(Arc::new(thumb.clone())),
    };
    run.on_event(&EngineEvent::NodeFinished {
        run: 1,
        node: NodeId(0),
        ms: 1.0,
        cpu: None,
        peak: None,
        size: None,
        outputs: Arc::new([Some(value)]),
    });
    run.on_event(&EngineEvent::NodeFailed {
        run: 1,
        node: NodeId(1),
        ms: 1.0,
        error: Arc::new(NodeError {
            kind: "ValueError".into(),
            message: "this is no good".into(),
            ..NodeError::default()
        }),
    });
    let row = [[255, 0, 0, 255]; 40]
        .into_iter()
        .chain([[0, 0, 255, 255]; 40]);
    let bytes: Vec<u8> = row.flatten().cycle().take(80 * 40 * 4).collect();
    let image = ColorImage::from_rgba_unmultiplied([80, 40], &bytes);
    let plain = subject(2);
    let shown = Subject {
        run,
        thumbs: [(thumb.file, image)].into(),
        ..subject(2)
    };
    let svg = |subject: &Subject| String::from_utf8(subject.file(Format::Svg).unwrap()).unwrap();
    assert!(svg(&shown).contains("data:image/png;base64,"));
    assert!(svg(&shown).contains("this is no good"));
    assert!(!svg(&plain).contains("<image"));
    let reddest = |subject: &Subject| {
        let picture = decoded(&subject.file(Format::Png).unwrap());
        let pure = picture
            .pixels
            .iter()
            .filter(|pixel| pixel[0] == 255 && pixel[1] < 3 && pixel[2] < 3);
        pure.count()
    };
    assert_eq!(reddest(&plain), 0);
    let red = reddest(&shown);
    assert!(
        (6000..=6400).contains(&red),
        "half of 160 × 80 pixels: {red}"
    );
}

#[test]
fn copies_are_small_enough_to_wait_for_and_large_graphs_are_seen_from_afar() {
    let wide = subject(200);
    let copied = wide.pixels().unwrap();
    let [width, height] = copied.size;
    assert!(
        width <= 8192 && width * height <= 8_000_000,
        "{width} × {height}"
    );
    assert!(width > 8000);
    assert!(matches!(
        Subject::default().pixels(),
        Err(PictureError::Empty)
    ));
    assert!(matches!(
        Subject::default().file(Format::Svg),
        Err(PictureError::Empty)
    ));
}

#[test]
fn formats_are_told_by_name() {
    for (name, format) in [
        ("a.png", Some(Format::Png)),
        ("A.B.PNG", Some(Format::Png)),
        ("b.Svg", Some(Format::Svg)),
        ("png", None),
        ("a.jpg", None),
        ("", None),
    ] {
        assert_eq!(Format::of(Path::new(name)), format, "{name}");
    }
}

#[test]
fn programs_that_write_a_picture_anew_lose_nothing() {
    let text = "{\"a\": 1}";
    for svg in [
        "<svg><metadata\n   id='loom'><![CDATA[{\"a\": 1}]]></metadata></svg>",
        "<svg><metadata id=\"other\">x</metadata>\n<g/><metadata id=\"loom\">{&quot;a&#34;: &#x31;}</metadata >",
        "\u{feff}<?xml version='1.0'?><svg><metadata id=\"loom\">{\"a\": 1}</metadata></svg>",
    ] {
        assert_eq!(graph_in(svg.as_bytes()).as_deref(), Some(text), "{svg}");
    }
    // The chunk behind the pixels, not compressed.
    let image = ColorImage::filled([3, 3], egui::Color32::RED);
    let mut bytes = carrier::bare_png(&image).unwrap();
    bytes.truncate(bytes.len() - 12);
    let mut chunk = Vec::new();
    let mut writer = png::Encoder::new(&mut chunk, 1, 1).write_header().unwrap();
    let start = 8 + 25;
    writer
        .write_text_chunk(&png::text_metadata::ITXtChunk::new("loom", text))
        .unwrap();
    drop(writer);
    let end = chunk.windows(4).rposition(|name| name == b"IEND").unwrap() - 4;
    bytes.extend(&chunk[start..]);
    assert!(end > start);
    assert_eq!(graph_in(&bytes).as_deref(), Some(text));
}

#[test]
fn other_files_hold_no_graph() {
    let image = ColorImage::filled([3, 3], egui::Color32::RED);
    let bare = carrier::bare_png(&image).unwrap();
    let cases: [&[u8]; 9] = [
        b"",
        b"\x89PNG\r\n\x1a\n",
        b"{\"loom\": \"nodes\"}",
        b"<svg/>",
        b"<svg><metadata id=\"loom\">",
        b"<svg><metadata id=\"loom\">&nosuch;</metadata>",
        b"<svg><metadata id=\"loom\">&#x110000;</metadata>",
        b"\xff\xfe<svg>",
        &bare,
    ];
    for bytes in cases {
        assert_eq!(
            graph_in(bytes),
            None,
            "{:?}",
            String::from_utf8_lossy(bytes)
        );
    }
}

#[test]
fn a_text_that_blows_up_is_refused() {
    let huge = " ".repeat((64 << 20) + 1);
    let image = ColorImage::filled([1, 1], egui::Color32::RED);
    let refused = carrier::png(&image, 1.0, &huge);
    assert!(matches!(refused, Err(PictureError::TooLarge)));
    // Compressed it is small enough for any file.
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 1, 1);
    encoder.set_color(png::ColorType::Grayscale);
    let mut writer = encoder.write_header().unwrap();
    let mut chunk = png::text_metadata::ITXtChunk::new("loom", huge);
    chunk.compressed = true;
    writer.write_text_chunk(&chunk).unwrap();
    writer.write_image_data(&[0]).unwrap();
    drop(writer);
    assert!(bytes.len() < 2 << 20, "{}", bytes.len());
    assert_eq!(graph_in(&bytes), None);
}

/// Both pictures of a graph, made once.
fn pictures() -> &'static [Vec<u8>; 2] {
    static PICTURES: std::sync::LazyLock<[Vec<u8>; 2]> = std::sync::LazyLock::new(|| {
        [Format::Png, Format::Svg].map(|format| subject(2).file(format).unwrap())
    });
    &PICTURES
}

proptest! {
    #[test]
    fn damaged_pictures_are_read_or_refused(
        which in 0..2_usize,
        cut in any::<prop::sample::Index>(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
        is_near_the_start in any::<bool>(),
    ) {
        let whole = &pictures()[which];
        let mut bytes = whole.clone();
        for (at, byte) in damage {
            let room = if is_near_the_start { 4096.min(bytes.len()) } else { bytes.len() };
            let at = at.index(room);
            bytes[at] = byte;
        }
        graph_in(&bytes);
        graph_in(&bytes[..cut.index(bytes.len())]);
        // What lies behind the text does not matter to it.
        if which == 0 {
            let text = graph_in(whole);
            let pixels = whole.windows(4).position(|name| name == b"IDAT").unwrap();
            let mut cut_off = whole[..pixels + 4].to_vec();
            cut_off.extend([0; 9]);
            prop_assert_eq!(graph_in(&cut_off), text);
        }
    }

    #[test]
    fn any_bytes_may_be_read(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        graph_in(&bytes);
        let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
        png.extend(&bytes);
        graph_in(&png);
        let mut svg = b"<svg><metadata id=\"loom\">".to_vec();
        svg.extend(&bytes);
        svg.extend(b"</metadata>");
        graph_in(&svg);
    }
}
