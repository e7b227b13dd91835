//! What the question for updates costs a start: the first frame of a window whose updates are off, and of one that asks a
//! server which takes the question and never answers. One line a case, `start/CASE<TAB>ms`, the median of `ROUNDS` that
//! take turns in one run, then `start/asking:quiet<TAB>RATIO<TAB>budget<TAB>ok|over`. No graphics: layout and all that
//! stands before it.

use std::net::TcpListener;
use std::path::Path;
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

const ROUNDS: usize = 41;
/// What the frame may take of that without a question.
const BUDGET: f64 = 1.05;
/// Any key will do: nothing comes that it could be tried on.
const KEY: &str = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3";

fn main() {
    let runtime = background_runtime().expect("a runtime can be made");
    let server = Silent::new();
    let (mut quiet, mut asking) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        quiet.push(first_frame(&runtime, Err(Off::NoRepository)));
        asking.push(first_frame(&runtime, Ok(server.feed())));
    }
    let asked = server.asked.load(Ordering::Relaxed);
    assert!(asked > ROUNDS / 2, "only {asked} windows asked");
    let (quiet, asking) = (median(quiet), median(asking));
    println!("start/quiet\t{quiet:.2}");
    println!("start/asking\t{asking:.2}");
    let ratio = asking / quiet;
    let verdict = if ratio <= BUDGET { "ok" } else { "over" };
    println!("start/asking:quiet\t{ratio:.3}\t{BUDGET}\t{verdict}");
}

/// From nothing to the end of the first frame, in milliseconds.
fn first_frame(runtime: &tokio::runtime::Runtime, feed: Result<Feed, Off>) -> f64 {
    let userdata = tempfile::tempdir().expect("a temporary folder can be made");
    let options = options(userdata.path(), runtime, feed);
    let started = Instant::now();
    let mut harness =
        Harness::builder().build_eframe(|creation| App::new(&creation.egui_ctx, options));
    harness.step();
    let elapsed = started.elapsed().as_secs_f64() * 1000.0;
    // The question is on its way before the next window opens, or it never was.
    std::thread::sleep(Duration::from_millis(30));
    elapsed
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

fn median(mut rounds: Vec<f64>) -> f64 {
    rounds.sort_by(f64::total_cmp);
    rounds[rounds.len() / 2]
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
