//! Everything that a server, somebody in between, or the machine can do wrong: no installer is ever started.

use std::io::Write as _;
use std::path::Path;

use loom::update::{How, UpdateError};

use super::stage::{self, Release, path, raw};
use super::{Came, Try, forged, served};
#[cfg(target_os = "linux")]
use crate::small_disk::run_test;

/// What goes wrong: changes what is there, and says how it came out.
pub type Wrong = fn(&mut Try) -> Result<Came, UpdateError>;

/// Name, what goes wrong, and part of what is said; empty: what runs is said to be the newest.
pub type Case = (&'static str, Wrong, &'static str);

/// The file is answered by these bytes as they are.
pub fn sent(
    one: &mut Try,
    reply: impl Fn(&stage::Request, &mut std::net::TcpStream) + Send + Sync + 'static,
) -> Result<Came, UpdateError> {
    one.publish();
    one.server.reply(&path(&one.release.name), reply);
    one.go()
}

#[test]
fn whatever_goes_wrong_no_installer_is_started() {
    let cases: Vec<_> = served::CASES.iter().chain(forged::CASES).collect();
    assert!(cases.len() >= 30);
    let mut surprises = Vec::new();
    for (name, wrong, expected) in cases {
        let mut one = Try::new();
        let came = wrong(&mut one);
        let is_as_expected = match &came {
            Ok(Came::Newest) => expected.is_empty(),
            Ok(Came::Begun(_)) => false,
            Err(error) => {
                let text = error.to_string();
                let is_plain = !text.ends_with('.') && text.len() < 400;
                is_plain && !expected.is_empty() && text.contains(expected)
            }
        };
        let is_clean = stage::left(&one.userdata).is_empty()
            && !one.userdata.join("pending_update.json").exists();
        if !is_as_expected || !is_clean || !one.stub.started().is_empty() {
            let left = stage::left(&one.userdata);
            surprises.push(format!("{name}: {came:?}, left: {left:?}"));
        }
    }
    assert!(surprises.is_empty(), "{}", surprises.join("\n"));
}

/// Names the folder that the small disk is mounted at to the process that has it.
#[cfg(target_os = "linux")]
const DISK: &str = "LOOM_UPDATE_DISK";

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said_and_nothing_is_left_on_it() {
    run_test("update::hostile::fetches_to_a_small_disk", "1m", DISK);
}

/// The process of the test above.
#[cfg(target_os = "linux")]
#[test]
#[ignore = "a part of another test"]
fn fetches_to_a_small_disk() {
    let Some(disk) = std::env::var_os(DISK) else {
        return;
    };
    let mut one = Try::new();
    one.userdata = Path::new(&disk).to_owned();
    let filler = one.userdata.join("filler");
    let (whole, fill) = (one.release.payload.clone(), filler.clone());
    let full = sent(&mut one, move |_, stream| {
        raw(
            stream,
            &format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", whole.len()),
        );
        stream.write_all(&whole[..1000]).ok();
        // Until nothing goes there any more.
        let mut file = std::fs::File::create(&fill).unwrap();
        while file.write_all(&[0; 512]).is_ok() {}
        stream.write_all(&whole[1000..]).ok();
    });
    let text = full.unwrap_err().to_string();
    assert!(text.contains("the disk is full"), "{text}");
    assert_eq!(stage::left(&one.userdata), [""; 0]);
    std::fs::remove_file(filler).unwrap();

    // What will not fit is not begun.
    one.release = Release::new("1.1.0", &one.stub.program(500_000), &How::Installer);
    one.publish();
    let before = one.server.count(&path(&one.release.name));
    let text = one.go().unwrap_err().to_string();
    assert!(text.contains("not enough room"), "{text}");
    assert_eq!(one.server.count(&path(&one.release.name)), before);
    assert_eq!(stage::left(&one.userdata), [""; 0]);
}
