//! What the question for updates costs a start: the first frame of a window whose updates are off, and of one that asks a
//! server which takes the question and never answers; and the first `FRAMES`, of which some come while it is asked. One
//! line a case, `start/CASE<TAB>ms`, the median of `ROUNDS` that take turns in one run, then of the first frames
//! `start/asking:quiet<TAB>RATIO<TAB>budget<TAB>ok|over`. No graphics: layout and all that stands before it.

use std::cell::RefCell;
use std::net::TcpListener;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use egui_kittest::Harness;
use loom::app::{App, Chooser, Neighbours, Options, background_runtime};
use loom::paths::{Paths, Variables};
use loom::project::state::State;
use loom::secrets::Keychain;
use loom::settings::Settings;
use loom::update::{Feed, Here, Off, Updater};

const ROUNDS: usize = 101;
/// So many frames are drawn, whatever asks for one: an answer from the background does, and is another frame, not a later
/// first one.
const FRAMES: usize = 12;
/// What the first frame may take of that without a question.
const BUDGET: f64 = 1.05;
/// Any key will do: nothing comes that it could be tried on.
const KEY: &str = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3";

fn main() {
    let runtime = background_runtime().expect("a runtime can be made");
    let server = Silent::new();
    let (mut quiet, mut asking) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        // What a window leaves to be done when it is gone falls on the next one: each follows the other as often.
        for is_asking in [round % 2 == 0, round % 2 != 0] {
            if is_asking {
                asking.push(frames(&runtime, Ok(server.feed())));
            } else {
                quiet.push(frames(&runtime, Err(Off::NoRepository)));
            }
        }
    }
    let asked = server.asked.load(Ordering::Relaxed);
    assert!(asked > ROUNDS / 2, "only {asked} windows asked");
    let [first_quiet, first_asking] = told("", 0, &quiet, &asking);
    told("frames/", FRAMES - 1, &quiet, &asking);
    let ratio = first_asking / first_quiet;
    let verdict = if ratio <= BUDGET { "ok" } else { "over" };
    println!("start/asking:quiet\t{ratio:.3}\t{BUDGET}\t{verdict}");
}

/// What one of the frames took, with and without a question.
fn told(name: &str, frame: usize, quiet: &[Vec<f64>], asking: &[Vec<f64>]) -> [f64; 2] {
    let [quiet, asking] = [quiet, asking].map(|rounds| median(rounds, frame));
    println!("start/{name}quiet\t{quiet:.2}");
    println!("start/{name}asking\t{asking:.2}");
    [quiet, asking]
}

/// A window that notes when each of its frames ends.
struct Timed {
    app: App,
    ends: Rc<RefCell<Vec<Instant>>>,
}

impl eframe::App for Timed {
    fn logic(&mut self, context: &egui::Context, frame: &mut eframe::Frame) {
        self.app.logic(context, frame);
    }

    fn ui(&mut self, ui: &mut egui::Ui, frame: &mut eframe::Frame) {
        self.app.ui(ui, frame);
        self.ends.borrow_mut().push(Instant::now());
    }
}

/// From nothing to the end of each of the first frames, in milliseconds.
fn frames(runtime: &tokio::runtime::Runtime, feed: Result<Feed, Off>) -> Vec<f64> {
    let userdata = tempfile::tempdir().expect("a temporary folder can be made");
    let options = options(userdata.path(), runtime, feed);
    let ends = Rc::new(RefCell::new(Vec::new()));
    let noted = ends.clone();
    let started = Instant::now();
    let mut harness = Harness::builder().build_eframe(|creation| Timed {
        app: App::new(&creation.egui_ctx, options),
        ends: noted,
    });
    while ends.borrow().len() < FRAMES {
        harness.step();
    }
    // The question is on its way before the next window opens, or it never was.
    std::thread::sleep(Duration::from_millis(30));
    let since = |end: &Instant| end.duration_since(started).as_secs_f64() * 1000.0;
    ends.borrow().iter().map(since).collect()
}

fn options(userdata: &Path, runtime: &tokio::runtime::Runtime, feed: Result<Feed, Off>) -> Options {
    let paths = Paths::find(Some(userdata), &Variables::load()).expect("the folder is there");
    Options {
        paths,
        settings: Settings::default(),
        state: State::default(),
        project: None,
        runtime: runtime.handle().clone(),
        keychain: Keychain::none(),
        chooser: Chooser::Own,
        frame_log: None,
        neighbours: Neighbours::default(),
        updater: Updater::new(feed, Here::find()),
    }
}

/// What one of the frames took.
fn median(rounds: &[Vec<f64>], frame: usize) -> f64 {
    let mut ends: Vec<_> = rounds.iter().map(|ends| ends[frame]).collect();
    ends.sort_by(f64::total_cmp);
    ends[ends.len() / 2]
}

/// A server on this machine that takes every call and says nothing.
struct Silent {
    port: u16,
    asked: Arc<AtomicUsize>,
}

impl Silent {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let port = listener.local_addr().expect("it has one").port();
        let asked = Arc::new(AtomicUsize::new(0));
        let count = asked.clone();
        let serve = move || {
            let mut held = Vec::new();
            for call in listener.incoming() {
                count.fetch_add(1, Ordering::Relaxed);
                held.push(call);
            }
        };
        let thread = std::thread::Builder::new().name("server".to_owned());
        thread.spawn(serve).expect("a thread can be made");
        Self { port, asked }
    }

    fn feed(&self) -> Feed {
        let api = format!("http://127.0.0.1:{}/repos/maker/loom", self.port);
        let mut feed = Feed::new(api, &[KEY], true).expect("it is a key");
        // At once, and not ten seconds after the frame that is measured.
        feed.pace.first_check = Duration::ZERO;
        feed
    }
}
