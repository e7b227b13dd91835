//! What reads foreign bytes, over the corpus of each fuzz target and what becomes of it by chance. The long way is
//! `fuzz/run`.

#[path = "../../fuzz/readers.rs"]
mod readers;

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use readers::READERS;

/// Changed texts for each text of a corpus.
const CHANGED: u32 = 40;

/// What parsers stumble over.
const TOKENS: [&str; 24] = [
    "1e999",
    "-1e999",
    "18446744073709551616",
    "-9223372036854775809",
    "1000000000",
    "null",
    "true",
    "[]",
    "{}",
    "\"\"",
    "[[[[[[[[",
    "\u{feff}",
    "\u{0}",
    "\\ud800",
    "\"x\":",
    ",,",
    "\\",
    "'''",
    "((((",
    "\r\n",
    "../..",
    "C:\\",
    "# /// script",
    "\u{202e}",
];

/// One change of a text.
#[derive(Clone, Debug)]
enum Change {
    Flip(usize, u8),
    Cut(usize, usize),
    Repeat(usize, usize, usize),
    Move(usize, usize, usize),
    Token(usize, usize),
}

impl Change {
    fn any() -> impl Strategy<Value = Self> {
        let at = any::<usize>;
        prop_oneof![
            (at(), 1..=255_u8).prop_map(|(at, bits)| Self::Flip(at, bits)),
            (at(), 0..200_usize).prop_map(|(at, length)| Self::Cut(at, length)),
            (at(), 1..200_usize, 1..40_usize)
                .prop_map(|(at, length, times)| Self::Repeat(at, length, times)),
            (at(), 1..200_usize, at()).prop_map(|(at, length, to)| Self::Move(at, length, to)),
            (at(), 0..TOKENS.len()).prop_map(|(at, token)| Self::Token(at, token)),
        ]
    }

    fn apply(&self, bytes: &mut Vec<u8>) {
        let length = bytes.len();
        let place = |at: usize| at % (length + 1);
        let piece = |at: usize, size: usize| place(at)..(place(at) + size).min(length);
        match *self {
            Self::Flip(at, bits) => {
                if let Some(byte) = bytes.get_mut(place(at)) {
                    *byte ^= bits;
                }
            }
            Self::Cut(at, size) => drop(bytes.drain(piece(at, size))),
            Self::Repeat(at, size, times) => {
                let repeated = bytes[piece(at, size)].repeat(times);
                bytes.splice(place(at)..place(at), repeated);
            }
            Self::Move(at, size, to) => {
                let moved = bytes[piece(at, size)].to_vec();
                bytes.splice(place(to)..place(to), moved);
            }
            Self::Token(at, token) => {
                bytes.splice(place(at)..place(at), TOKENS[token].bytes());
            }
        }
    }
}

#[test]
fn no_reader_stumbles_over_what_others_wrote() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz")
        .join("corpus");
    let mut runner = TestRunner::new(Config {
        cases: CHANGED,
        failure_persistence: None,
        ..Config::default()
    });
    for (name, read) in READERS {
        let folder = corpus.join(name);
        let seeds =
            fs::read_dir(&folder).unwrap_or_else(|error| panic!("{error}: {}", folder.display()));
        let mut seeds: Vec<_> = seeds.map(|seed| seed.unwrap().path()).collect();
        seeds.sort();
        assert!(!seeds.is_empty(), "{name} has a corpus");
        for seed in seeds {
            let bytes = fs::read(&seed).unwrap();
            read(&bytes);
            let changes = prop::collection::vec(Change::any(), 1..6);
            let run = runner.run(&changes, |changes| {
                let mut bytes = bytes.clone();
                for change in &changes {
                    change.apply(&mut bytes);
                }
                read(&bytes);
                Ok(())
            });
            run.unwrap_or_else(|failed| panic!("{}: {failed}", seed.display()));
        }
        let run = runner.run(&prop::collection::vec(any::<u8>(), 0..2000), |bytes| {
            read(&bytes);
            Ok(())
        });
        run.unwrap_or_else(|failed| panic!("{name}: {failed}"));
    }
}

/// Texts that are as deep as they are long: read on a thread with as little room as any has here.
#[test]
fn no_reader_falls_into_the_deep() {
    const DEPTH: usize = 100_000;
    let repeat = |text: &str| text.repeat(DEPTH);
    let python = [
        format!("x = {}1", repeat("-")),
        format!("x = {}1", repeat("not ")),
        format!("x = a{}", repeat(".a")),
        format!("x = 1{}", repeat("+1")),
        format!("x = 1{}", repeat("**1")),
        format!("x = f{}", repeat("()")),
        format!("x = f{}", repeat("[0]")),
        format!("x = {}1{}", repeat("["), repeat("]")),
        format!("x = {}1", repeat("lambda: ")),
        format!("x = {}1", repeat("1 if 1 else ")),
        format!("x = {}1", repeat("await ")),
        format!(
            "def f(a: {}int{} = {}1): pass",
            repeat("list["),
            repeat("]"),
            repeat("-")
        ),
        format!("def f() -> int{}: pass", repeat(" | int")),
        format!("def f(a=(1{})): pass", repeat("+1")),
        format!("if 1:\n  pass\n{}", repeat("elif 1:\n  pass\n")),
        repeat("["),
        repeat("("),
        repeat("f'{"),
        format!("match x:\n  case {}1{}: pass", repeat("["), repeat("]")),
        format!("match x:\n  case 1{}: pass", repeat(" | 1")),
    ];
    let json = [
        repeat("["),
        repeat("{\"a\":"),
        format!(
            "{{\"formatVersion\":2,\"nodes\":{}{}}}",
            repeat("["),
            repeat("]")
        ),
    ];
    for (name, read) in READERS {
        let texts: &[String] = if name == "python" { &python } else { &json };
        for (at, text) in texts.iter().enumerate() {
            eprintln!("{name} {at}");
            read(text.as_bytes());
        }
    }
}
