//! The examples that serve as templates: each runs with the real program, and what it makes is what a plain script
//! makes of the same data.

use std::fs;
use std::path::Path;

use loom::document::file;
use loom::graph::Bank;
use loom::nodebank::Nodebank;

use crate::stage::{Stage, Turn, python, root};

#[test]
fn every_example_is_sound_and_written_as_loom_writes() {
    let stage = Stage::new();
    let mut names = Vec::new();
    for entry in fs::read_dir(root().join("examples")).unwrap().flatten() {
        let savefile = entry.path().join("savefile.json");
        if !savefile.is_file() {
            continue;
        }
        let banks = vec![
            (Bank::Project, entry.path().join("nodes")),
            (Bank::Builtin, root().join("nodebank")),
        ];
        let mut bank = Nodebank::new(banks, None);
        bank.refresh();
        let document = file::load(&savefile, &bank.catalog()).unwrap().document;
        let copied = stage.folder.path().join("savefile.json");
        fs::copy(&savefile, &copied).unwrap();
        assert_eq!(file::save(&document, &copied).unwrap(), None, "{entry:?}");
        assert_ne!(document.meta.project_name, "", "{entry:?}");
        let mut keys = document.meta.metadata.iter().map(|(key, _)| key);
        assert!(keys.any(|key| *key == "description"), "{entry:?}");
        let call = stage.loom(&["check", entry.path().to_str().unwrap()]);
        call.exits(0).prints("").says(&["0 problems, 0 notes"]);
        names.push(entry.file_name().into_string().unwrap());
    }
    names.sort();
    let list = fs::read_to_string(root().join("examples/README.md")).unwrap();
    let missing = |name: &&String| !list.contains(&format!("- `{name}`: "));
    assert_eq!(names.iter().find(missing), None);
    assert_eq!(names.len(), 8, "{names:?}");
}

#[test]
fn mandelbrot_gives_the_pixels_of_a_plain_loop() {
    let stage = Stage::new();
    let mandelbrot = Turn::of("mandelbrot");
    let call = [
        "run",
        mandelbrot.path(),
        "--set",
        "Mandelbrot set.zoom=1.5",
        "--set",
        "Mandelbrot set.centre_y=0.4",
        "--set",
        "Mandelbrot set.width=60",
        "--set",
        "Mandelbrot set.height=40",
        "--set",
        "Colour map.colours=grey",
        "--set",
        "Colour map.contrast=1",
    ];
    stage.loom(&call).exits(0);
    // A last digit that is rounded otherwise may move a point at the edge of the set by some steps.
    let plain = "
from PIL import Image
picture = Image.open('results/mandelbrot.png').convert('RGB')
width, height = picture.size
pixel = 3.2 / 2 ** 1.5 / width
def steps(c):
    z = 0j
    for step in range(1, 81):
        z = z * z + c
        if abs(z) > 2:
            return step
    return 80
def at(x, y):
    return complex(-0.6 + (x - (width - 1) / 2) * pixel, 0.4 - (y - (height - 1) / 2) * pixel)
counts = {(x, y): steps(at(x, y)) for x in range(width) for y in range(height)}
least = min(counts.values())
def grey(count):
    return 0 if count == 80 else 255 * (count - least) / (80 - least)
wrong = [xy for xy, count in counts.items() if any(abs(part - grey(count)) > 1 for part in picture.getpixel(xy))]
print(width, height, len(set(counts.values())) > 20, len(wrong) <= 5)
";
    assert_eq!(inside(&mandelbrot, plain), "60 40 True True");
}

#[test]
fn live_sine_follows_its_sliders() {
    let stage = Stage::new();
    let sine = Turn::of("live-sine");
    let pictures = stage.folder.path().join("pictures");
    let mut drawn = Vec::new();
    for [amplitude, frequency, phase] in [["2", "1.5", "0"], ["3.1", "0.2", "-130"]] {
        let call = [
            "run",
            sine.path(),
            "--set",
            &format!("Sine wave.amplitude={amplitude}"),
            "--set",
            &format!("Sine wave.frequency={frequency}"),
            "--set",
            &format!("Sine wave.phase={phase}"),
            "--pictures",
            pictures.to_str().unwrap(),
            "--print",
            "Peak.result",
        ];
        let peak = stage.loom(&call).exits(0).stdout;
        let plain = format!(
            "
import math
turn = lambda i: {frequency} * i * 0.005 + {phase} / 360
print(max({amplitude} * math.sin(2 * math.pi * turn(i)) for i in range(401)))
"
        );
        assert_close(&peak, &inside(&sine, &plain));
        drawn.push(fs::read(pictures.join("Plot of the wave.png")).unwrap());
    }
    assert_ne!(drawn[0], drawn[1]);
}

#[test]
fn word_counts_are_those_of_a_counter() {
    let stage = Stage::new();
    let words = Turn::of("word-counts");
    let pictures = stage.folder.path().join("pictures");
    let call = [
        "run",
        words.path(),
        "--set",
        "Table of words.leave_out=the keeper",
        "--set",
        "Table of words.shortest=4",
        "--set",
        "Top words.count=3",
        "--pictures",
        pictures.to_str().unwrap(),
        "--print",
        "Words in all.result",
        "--print",
        "Different words.result",
        "--print",
        "Top words.result",
    ];
    let printed = stage.loom(&call).exits(0).stdout;
    let plain = "
import collections, string
text = open('lighthouse.txt', encoding='utf-8').read()
words = ''.join(sign if sign in string.ascii_letters else ' ' for sign in text).lower().split()
counts = collections.Counter(word for word in words if len(word) > 3 and word != 'keeper')
print(len(text.split()), len(counts), *sum(counts.most_common(3), ()))
print('word,count')
for word, count in counts.most_common():
    print(f'{word},{count}')
";
    let plain = inside(&words, plain).replace("\r\n", "\n");
    let (line, table) = plain.split_once('\n').unwrap();
    let csv = fs::read_to_string(words.folder.join("results/words.csv")).unwrap();
    assert_eq!(csv.trim(), table);
    // The table of the top words is printed with a header, and a number before each row.
    let shown: Vec<_> = printed.split_whitespace().collect();
    let [all, different, "word", "count", rows @ ..] = &shown[..] else {
        panic!("{printed}");
    };
    let mut parts = vec![*all, *different];
    parts.extend(rows.chunks(3).flat_map(|row| &row[1..]));
    assert_eq!(parts.join(" "), line);
    assert!(pictures.join("Chart of top words.png").is_file());
}

#[test]
fn joined_tables_add_up_as_by_hand() {
    let stage = Stage::new();
    let shop = Turn::of("join-tables");
    let pictures = stage.folder.path().join("pictures");
    let call = [
        "run",
        shop.path(),
        "--pictures",
        pictures.to_str().unwrap(),
        "--print",
        "Rows joined.result",
    ];
    let printed = stage.loom(&call).exits(0).stdout;
    let plain = "
import collections, csv
def rows(name):
    return csv.DictReader(open(f'data/{name}.csv', encoding='utf-8'))
products = {row['product']: row for row in rows('products')}
totals, joined = collections.defaultdict(lambda: [0, 0]), 0
for order in rows('orders'):
    if product := products.get(order['product']):
        joined += 1
        total = totals[product['kind']]
        total[0] += round(float(product['price']) * 100) * int(order['pieces'])
        total[1] += int(order['pieces'])
print(joined)
for kind, (cents, pieces) in sorted(totals.items(), key=lambda item: -item[1][0]):
    print(f'{kind},{cents / 100},{pieces}')
";
    let plain = inside(&shop, plain).replace("\r\n", "\n");
    let (joined, totals) = plain.split_once('\n').unwrap();
    assert_eq!(printed.trim(), joined);
    let csv = fs::read_to_string(shop.folder.join("results/totals.csv")).unwrap();
    let (header, rows) = csv.trim().split_once('\n').unwrap();
    assert_eq!(header, "kind,turnover,pieces");
    assert_eq!(rows.lines().count(), totals.lines().count());
    for (row, total) in rows.lines().zip(totals.lines()) {
        let cells = |line: &str| line.split(',').map(str::to_owned).collect::<Vec<_>>();
        let (row, total) = (cells(row), cells(total));
        assert_eq!([&row[0], &row[2]], [&total[0], &total[2]]);
        assert_close(&row[1], &total[1]);
    }
    for chart in ["Chart of kinds.png", "Chart of months.png"] {
        assert!(pictures.join(chart).is_file(), "{chart}");
    }
}

#[test]
fn resized_pictures_lie_in_results_and_on_the_sheet() {
    let stage = Stage::new();
    let resize = Turn::of("resize-pictures");
    let call = [
        "run",
        resize.path(),
        "--set",
        "Resize pictures.longest_side=120",
    ];
    stage.loom(&call).exits(0);
    let plain = "
from PIL import Image
sizes = {'evening': (120, 78), 'flower': (120, 120), 'mountains': (80, 120), 'night': (120, 80)}
sheet = Image.open('results/contact-sheet.png').convert('RGB')
for i, (name, (width, height)) in enumerate(sizes.items()):
    whole = Image.open(f'pictures/{name}.png').convert('RGB')
    small = whole.resize((width, height), Image.Resampling.LANCZOS)
    copy = Image.open(f'results/{name}.png').convert('RGB')
    left, top = 12 + i % 2 * 132 + (120 - width) // 2, 12 + i // 2 * 150 + (120 - height) // 2
    shown = sheet.crop((left, top, left + width, top + height))
    print(copy.size == small.size, copy.tobytes() == small.tobytes(), shown.tobytes() == small.tobytes())
print(sheet.size)
";
    let right = "True True True\n".repeat(4) + "(276, 312)";
    assert_eq!(inside(&resize, plain).replace("\r\n", "\n"), right);
    for entry in fs::read_dir(root().join("examples/resize-pictures/pictures")).unwrap() {
        let path = entry.unwrap().path();
        let copied = resize
            .folder
            .join("pictures")
            .join(path.file_name().unwrap());
        assert_eq!(fs::read(&path).unwrap(), fs::read(copied).unwrap());
    }
}

#[test]
fn batch_rename_shows_first_and_renames_only_when_told() {
    let stage = Stage::new();
    let rename = Turn::of("batch-rename");
    let files = rename.folder.join("files");
    let before = contents(&files);
    let run = |sets: &[&str]| {
        let mut call = vec!["run", rename.path()];
        call.extend(sets.iter().flat_map(|set| ["--set", *set]));
        call.extend(["--print", "Files renamed.result"]);
        stage.loom(&call)
    };
    run(&[])
        .exits(0)
        .prints("0\n")
        .says(&["5 files would be renamed"]);
    assert_eq!(contents(&files), before);

    // Two files of one name: none is renamed.
    let same = "New names.pattern=day{ending}";
    run(&[same, "Rename files.apply=true"])
        .exits(1)
        .says(&["two files would be called day.txt"]);
    // Neither is any when the name belongs to a file that is not renamed.
    let taken = ["New names.pattern=untitled note.md", "Files.pattern=note-*"];
    run(&[taken[0], taken[1], "Rename files.apply=true"])
        .exits(1)
        .says(&["another file untitled note.md"]);
    assert_eq!(contents(&files), before);

    let call = ["run", rename.path(), "--print", "Preview.result"];
    let preview = stage.loom(&call).exits(0).stdout;
    run(&["Rename files.apply=true"]).exits(0).prints("5\n");
    let after = contents(&files);
    assert_eq!(after.len(), before.len());
    for ((old, old_text), (new, new_text)) in before.iter().zip(&after) {
        assert_eq!(old_text, new_text);
        let row = preview.lines().find(|line| line.contains(old.as_str()));
        assert!(row.unwrap().ends_with(&format!(" {new}")), "{preview}");
    }
    let numbered = after.iter().map(|(name, _)| &name[..6]);
    assert!(numbered.eq(["day-01", "day-02", "day-03", "day-04", "day-05"]));
    run(&["Rename files.apply=true"]).exits(0).prints("0\n");

    // Each takes the name of the next.
    let shift = ["New names.start=2", "New names.pattern=day-{number}.txt"];
    run(&[shift[0], shift[1], "Rename files.apply=true"])
        .exits(0)
        .prints("5\n");
    let texts = |files: &[(String, String)]| files.iter().map(|f| f.1.clone()).collect::<Vec<_>>();
    let shifted = contents(&files);
    assert_eq!(texts(&shifted), texts(&before));
    assert_eq!(
        (&*shifted[0].0, &*shifted[4].0),
        ("day-02.txt", "day-06.txt")
    );
}

/// Names and texts of a folder's files, by name.
fn contents(folder: &Path) -> Vec<(String, String)> {
    let entries = fs::read_dir(folder).unwrap().flatten();
    let read = |entry: fs::DirEntry| {
        let name = entry.file_name().into_string().unwrap();
        (name, fs::read_to_string(entry.path()).unwrap())
    };
    let mut files: Vec<_> = entries.map(read).collect();
    files.sort();
    files
}

/// What a script prints that starts in the project's folder.
fn inside(turn: &Turn, code: &str) -> String {
    let code = format!("import os\nos.chdir({:?})\n{code}", turn.path());
    python(&turn.folder, &code)
}

#[track_caller]
fn assert_close(one: &str, other: &str) {
    let number = |text: &str| text.trim().parse::<f64>().unwrap();
    assert!(
        (number(one) - number(other)).abs() < 1e-9,
        "{one} and {other}"
    );
}
