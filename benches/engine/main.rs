//! The engine against its budget: a real process, its events parsed and reduced on this side. Prints one line a case,
//! `name<TAB>ms<TAB>budget<TAB>ok|over`, and lines that begin with `#` to read it by; what is compared with another
//! program (`peers`) is so in the same sitting, since times move with the machine and ratios hardly do. The figure is
//! no time where its name ends with `_mb` (memory) or `_speedup` (of two workers over one, which must be that at least).
//! A word as argument runs the cases that have it in their name.

#[path = "../../tests/engine/stage.rs"]
mod stage;

mod command_line;
mod environments;
mod graphs;
mod image;
mod loops;
mod measure;
mod peers;
mod runs;
mod workers;

type Case = (&'static str, fn());

const CASES: &[Case] = &[
    ("engine/start", runs::start),
    ("engine/a", runs::chain_of_1000),
    ("engine/b", runs::sum_of_1000),
    ("engine/c", runs::layers),
    ("engine/events", runs::first_events),
    ("engine/chain", runs::long_chain),
    ("engine/stop", runs::stop),
    ("engine/threads", workers::hand_over),
    ("engine/sleep", workers::sleep),
    ("engine/numpy", workers::numpy),
    ("engine/loops", loops::calls),
    ("engine/heavy", loops::heavy),
    ("engine/image", image::show),
    ("engine/project", command_line::repeat),
    ("engine/environment", environments::made),
];

fn main() {
    let wanted = std::env::args().skip(1).find(|word| !word.starts_with('-'));
    let is_wanted = |name: &str| {
        wanted
            .as_ref()
            .is_none_or(|word| name.contains(word.as_str()))
    };
    for (name, case) in CASES {
        if is_wanted(name) {
            case();
        }
    }
}
