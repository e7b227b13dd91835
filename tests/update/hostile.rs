//! Everything that a server, somebody in between, or the machine can do wrong: no installer is ever started.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use loom::update::{How, UpdateError};

use super::stage::{
    self, Key, LATEST, MANIFEST, MANIFEST_SIGNATURE, Release, answer, digest, path, raw, redirect,
};
use super::{Came, Try, file_of};

/// What goes wrong: changes what is there, and says how it came out.
type Wrong = fn(&mut Try) -> Result<Came, UpdateError>;

fn published(one: &mut Try, change: impl FnOnce(&mut Release)) -> Result<Came, UpdateError> {
    change(&mut one.release);
    one.publish();
    one.go()
}

/// The same; the signature of the file says the same as the manifest.
fn signed(one: &mut Try, change: impl FnOnce(&mut Release)) -> Result<Came, UpdateError> {
    change(&mut one.release);
    one.release.comment = one.release.right_comment();
    one.publish();
    one.go()
}

fn named(one: &mut Try, name: &str) -> Result<Came, UpdateError> {
    let name = name.to_owned();
    signed(one, |release| release.name = name)
}

/// The list of releases is answered so.
fn listed(
    one: &mut Try,
    status: &'static str,
    headers: &'static str,
    body: &'static [u8],
) -> Result<Came, UpdateError> {
    one.publish();
    one.server.reply(LATEST, move |_, stream| {
        answer(stream, status, headers, body)
    });
    one.go()
}

/// The file is answered by these bytes as they are.
fn sent(
    one: &mut Try,
    reply: impl Fn(&stage::Request, &mut std::net::TcpStream) + Send + Sync + 'static,
) -> Result<Came, UpdateError> {
    one.publish();
    one.server.reply(&path(&one.release.name), reply);
    one.go()
}

fn seconds(ahead: i64) -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    now.as_secs() as i64 + ahead
}

fn remembered(one: &Try, text: &str) {
    std::fs::write(one.userdata.join("updates.json"), text).unwrap();
}

/// Name, what goes wrong, and part of what is said; empty: what runs is said to be the newest.
const CASES: &[(&str, Wrong, &str)] = &[
    (
        "a byte of the file differs",
        |one| {
            one.publish();
            let mut other = one.release.payload.clone();
            *other.last_mut().unwrap() ^= 1;
            one.server.file(&path(&one.release.name), &other);
            one.go()
        },
        "its digest is another",
    ),
    (
        "the manifest has another digest",
        |one| signed(one, |release| release.sha256 = digest(b"other")),
        "its digest is another",
    ),
    (
        "the manifest has another size",
        |one| signed(one, |release| release.size -= 1),
        "the server announces",
    ),
    (
        "a file without an announced length is cut off",
        |one| {
            let half = one.release.payload[..1000].to_vec();
            sent(one, move |_, stream| {
                raw(stream, "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n");
                stream.write_all(&half).ok();
            })
        },
        "the connection ended early",
    ),
    (
        "a file with its length is cut off",
        |one| {
            let whole = one.release.payload.clone();
            sent(one, move |_, stream| {
                raw(
                    stream,
                    &format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", whole.len()),
                );
                stream.write_all(&whole[..1000]).ok();
            })
        },
        "cannot be reached",
    ),
    (
        "ten gigabytes are announced",
        |one| {
            sent(one, |_, stream| {
                raw(
                    stream,
                    "HTTP/1.1 200 OK\r\ncontent-length: 10737418240\r\n\r\n",
                );
                while stream.write_all(&[0; 65_536]).is_ok() {}
            })
        },
        "the server announces 10737418240 bytes",
    ),
    (
        "chunks without an end",
        |one| {
            sent(one, |_, stream| {
                raw(
                    stream,
                    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
                );
                while stream.write_all(b"1000\r\n").is_ok()
                    && stream.write_all(&[b'x'; 0x1000]).is_ok()
                    && stream.write_all(b"\r\n").is_ok()
                {}
            })
        },
        "longer than it should be",
    ),
    (
        "another part than was asked for",
        |one| {
            let whole = one.release.payload.clone();
            let times = std::sync::atomic::AtomicUsize::new(0);
            sent(one, move |_, stream| {
                let length = whole.len();
                if times.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0 {
                    raw(
                        stream,
                        &format!(
                            "HTTP/1.1 200 OK\r\netag: \"a\"\r\ncontent-length: {length}\r\n\r\n"
                        ),
                    );
                    stream.write_all(&whole[..1000]).ok();
                    return;
                }
                let range = format!(
                    "etag: \"a\"\r\ncontent-range: bytes 500-{}/{length}\r\n",
                    length - 1
                );
                answer(stream, "206 Partial Content", &range, &whole[500..]);
            })
        },
        "another part",
    ),
    (
        "the rest of another file",
        |one| {
            let whole = one.release.payload.clone();
            let times = std::sync::atomic::AtomicUsize::new(0);
            sent(one, move |_, stream| {
                let length = whole.len();
                if times.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0 {
                    raw(
                        stream,
                        &format!(
                            "HTTP/1.1 200 OK\r\netag: \"a\"\r\ncontent-length: {length}\r\n\r\n"
                        ),
                    );
                    stream.write_all(&whole[..1000]).ok();
                    return;
                }
                let range = format!(
                    "etag: \"a\"\r\ncontent-range: bytes 1000-{}/{length}\r\n",
                    length - 1
                );
                answer(
                    stream,
                    "206 Partial Content",
                    &range,
                    &vec![b'x'; length - 1000],
                );
            })
        },
        "its digest is another",
    ),
    (
        "the file comes byte by byte",
        |one| {
            one.feed.pace.window = Duration::from_millis(200);
            one.feed.pace.tries = 1;
            let length = one.release.payload.len();
            sent(one, move |_, stream| {
                raw(
                    stream,
                    &format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n"),
                );
                while stream.write_all(b"x").is_ok() {
                    std::thread::sleep(Duration::from_millis(10));
                }
            })
        },
        "too slowly",
    ),
    (
        "the file stops coming",
        |one| {
            one.feed.pace.stall = Duration::from_millis(400);
            one.feed.pace.tries = 2;
            let length = one.release.payload.len();
            sent(one, move |request, stream| {
                raw(
                    stream,
                    &format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\nxxx"),
                );
                stage::stall(request, stream);
            })
        },
        "too slowly",
    ),
    (
        "a download without an end",
        |one| {
            one.feed.pace.download = Duration::from_millis(400);
            sent(one, stage::stall)
        },
        "too slowly",
    ),
    (
        "the list does not come",
        |one| {
            one.feed.pace.check = Duration::from_millis(400);
            one.publish();
            one.server.reply(LATEST, stage::stall);
            one.go()
        },
        "too slowly",
    ),
    (
        "nobody is there",
        |one| {
            one.publish();
            let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            one.feed.api = format!("http://{}", listener.local_addr().unwrap());
            drop(listener);
            one.go()
        },
        "cannot be reached",
    ),
    (
        "the signature of the file is absent",
        |one| {
            one.publish();
            let name = format!("{}.minisig", path(&one.release.name));
            one.server
                .reply(&name, |_, stream| answer(stream, "404 Not Found", "", b""));
            one.go()
        },
        "404",
    ),
    (
        "the signature of the file is of another key",
        |one| {
            one.publish();
            let signature = Key::new().sign(&one.release.payload, &one.release.comment);
            one.server
                .file(&format!("{}.minisig", path(&one.release.name)), &signature);
            one.go()
        },
        "does not know",
    ),
    (
        "the signature of the file is in the old form",
        |one| {
            one.publish();
            let signature = one
                .key
                .sign_as_of_old(&one.release.payload, &one.release.comment);
            one.server
                .file(&format!("{}.minisig", path(&one.release.name)), &signature);
            one.go()
        },
        "does not fit",
    ),
    (
        "the comment of the signature was edited",
        |one| {
            one.release.comment = one.release.comment.replace("1.1.0", "1.2.0");
            one.publish();
            let signature = one.key.sign(&one.release.payload, &one.release.comment);
            let edited = String::from_utf8(signature)
                .unwrap()
                .replace("1.2.0", "1.1.0");
            one.server.file(
                &format!("{}.minisig", path(&one.release.name)),
                edited.as_bytes(),
            );
            one.go()
        },
        "does not fit",
    ),
    (
        "the signature is of another version",
        |one| {
            published(one, |release| {
                release.comment = release.comment.replace("version:1.1.0", "version:1.0.9");
            })
        },
        "of another file",
    ),
    (
        "the signature lacks a field",
        |one| {
            published(one, |release| {
                release.comment = release.comment.replace("app:loom\t", "");
            })
        },
        "of another file",
    ),
    (
        "the signature has a field twice",
        |one| {
            published(one, |release| {
                release.comment += "\tversion:9.9.9";
            })
        },
        "of another file",
    ),
    (
        "the manifest is signed by another key",
        |one| {
            one.release.publish(&one.server, &Key::new());
            one.go()
        },
        "does not know",
    ),
    (
        "the manifest is not signed",
        |one| {
            one.publish();
            one.server.reply(MANIFEST_SIGNATURE, |_, stream| {
                answer(stream, "404 Not Found", "", b"")
            });
            one.go()
        },
        "404",
    ),
    (
        "the signature of the manifest is garbage",
        |one| {
            one.publish();
            one.server.file(MANIFEST_SIGNATURE, b"\xff\xfenothing");
            one.go()
        },
        "cannot be read",
    ),
    (
        "the manifest is signed in the old form",
        |one| {
            one.publish();
            let manifest = one.release.manifest();
            one.server.file(MANIFEST, &manifest);
            one.server
                .file(MANIFEST_SIGNATURE, &one.key.sign_as_of_old(&manifest, "x"));
            one.go()
        },
        "does not fit",
    ),
    (
        "the manifest was edited",
        |one| {
            one.publish();
            let manifest = String::from_utf8(one.release.manifest()).unwrap();
            one.server
                .file(MANIFEST, manifest.replace("1.1.0", "1.1.1").as_bytes());
            one.go()
        },
        "does not fit",
    ),
    (
        "the manifest lies in a file that is far too long",
        |one| {
            one.publish();
            one.server.file(MANIFEST, &vec![b' '; 100_000]);
            one.go()
        },
        "far too long",
    ),
    (
        "a field is missing",
        |one| published(one, |release| release.without.push("expires")),
        "missing field `expires`",
    ),
    (
        "a field stands there twice",
        |one| {
            one.publish();
            let manifest = String::from_utf8(one.release.manifest()).unwrap();
            let manifest = manifest.replacen('{', "{\"seq\": 1,", 1);
            one.server.file(MANIFEST, manifest.as_bytes());
            one.server
                .file(MANIFEST_SIGNATURE, &one.key.sign(manifest.as_bytes(), "x"));
            one.go()
        },
        "duplicate field `seq`",
    ),
    (
        "an older version, signed",
        |one| {
            let payload = one.release.payload.clone();
            signed(one, |release| {
                *release = Release::new("0.9.0", &payload, &How::Installer)
            })
        },
        "",
    ),
    (
        "the same version with other build data",
        |one| {
            let payload = one.release.payload.clone();
            signed(one, |release| {
                *release = Release::new("1.0.0+9", &payload, &How::Installer)
            })
        },
        "",
    ),
    (
        "a candidate of the version that runs",
        |one| {
            let payload = one.release.payload.clone();
            one.takes_betas = true;
            signed(one, |release| {
                *release = Release::new("1.0.0-rc.1", &payload, &How::Installer);
                release.channel = "beta".to_owned();
            })
        },
        "",
    ),
    (
        "a beta in the channel of finished versions",
        |one| {
            let payload = one.release.payload.clone();
            signed(one, |release| {
                *release = Release::new("1.1.0-beta.1", &payload, &How::Installer)
            })
        },
        "no finished version",
    ),
    (
        "a beta that nobody asked for",
        |one| signed(one, |release| release.channel = "beta".to_owned()),
        "another channel",
    ),
    (
        "what is marked as unfinished is called the newest",
        |one| signed(one, |release| release.prerelease = true),
        "not finished",
    ),
    (
        "a draft is called the newest",
        |one| signed(one, |release| release.draft = true),
        "not finished",
    ),
    (
        "a version that is none",
        |one| signed(one, |release| release.version = "1.1".to_owned()),
        "is none",
    ),
    (
        "a version that was withdrawn",
        |one| {
            signed(one, |release| {
                release.min_allowed = Some("1.1.0".to_owned())
            })
        },
        "withdrawn",
    ),
    (
        "the tag is of another version",
        |one| signed(one, |release| release.tag = "v1.3.0".to_owned()),
        "lies at another",
    ),
    (
        "expired",
        |one| {
            signed(one, |release| {
                (release.published, release.expires) = (-46 * 86_400, -60)
            })
        },
        "cannot be told whether",
    ),
    (
        "published in the future: the clock was set back",
        |one| signed(one, |release| release.published = 3 * 86_400),
        "clock of this machine is behind",
    ),
    (
        "the clock was set back since the last check",
        |one| {
            remembered(
                one,
                &format!("{{\"published_secs\": {}}}", seconds(5 * 86_400)),
            );
            published(one, |_| {})
        },
        "clock of this machine is behind",
    ),
    (
        "a manifest of before",
        |one| {
            remembered(one, "{\"highest_seq\": {\"stable\": 8}}");
            published(one, |_| {})
        },
        "it is an older one",
    ),
    (
        "a number that uses up all others",
        |one| signed(one, |release| release.seq = u64::MAX),
        "too far ahead",
    ),
    (
        "another program's",
        |one| signed(one, |release| release.app = "lume".to_owned()),
        "another program",
    ),
    (
        "for another machine",
        |one| {
            signed(one, |release| {
                release.target = "linux-s390x-portable".to_owned()
            })
        },
        "has no file for",
    ),
    (
        "the file is not in the list",
        |one| {
            one.publish();
            let list = one.release.listed(&one.server).to_string();
            one.server.file(
                LATEST,
                list.replace(&one.release.name, "Another.exe").as_bytes(),
            );
            one.go()
        },
        "has no file Loom_Setup",
    ),
    (
        "a name with a folder",
        |one| named(one, "../Loom.exe"),
        "the name of one of its files",
    ),
    (
        "a name with a stream",
        |one| named(one, "Loom.exe:x"),
        "the name of one of its files",
    ),
    (
        "a name with a variable",
        |one| named(one, "%TEMP%.exe"),
        "the name of one of its files",
    ),
    (
        "a name that is a device",
        |one| named(one, "NUL.exe"),
        "the name of one of its files",
    ),
    (
        "a name that reads backwards",
        |one| named(one, "Loom\u{202e}exe.txt"),
        "the name of one of its files",
    ),
    (
        "a redirect to another host",
        |one| sent(one, redirect("http://example.org/Loom.exe")),
        "does not fetch programs from: http://example.org",
    ),
    (
        "a redirect to another machine of this network",
        |one| sent(one, redirect("http://127.0.0.2:9/Loom.exe")),
        "does not fetch programs from",
    ),
    (
        "a redirect to a file of this machine",
        |one| sent(one, redirect("file:///bin/sh")),
        "does not fetch programs from: file",
    ),
    (
        "a redirect with a password",
        |one| {
            let to = one.server.address.replace("http://", "http://me:secret@");
            sent(one, redirect(&to))
        },
        "does not fetch programs from",
    ),
    (
        "redirects without an end",
        |one| {
            let itself = path(&one.release.name);
            sent(one, redirect(&itself))
        },
        "from one address to the next",
    ),
    (
        "a redirect to nowhere",
        |one| sent(one, redirect("http://[")),
        "does not fetch programs from",
    ),
    (
        "forbidden",
        |one| listed(one, "403 Forbidden", "", b"no"),
        "403",
    ),
    (
        "forbidden until later",
        |one| {
            listed(
                one,
                "403 Forbidden",
                "x-ratelimit-remaining: 0\r\nx-ratelimit-reset: 99999999999\r\n",
                b"no",
            )
        },
        "left alone for 24 hours",
    ),
    (
        "too many requests",
        |one| listed(one, "429 Too Many Requests", "retry-after: 300\r\n", b"no"),
        "left alone for 5 minutes",
    ),
    (
        "the server failed",
        |one| listed(one, "500 Internal Server Error", "", b"no"),
        "it says 500",
    ),
    (
        "nothing changed, and nothing is known",
        |one| listed(one, "304 Not Modified", "", b""),
        "it says 304",
    ),
    (
        "nothing is published",
        |one| listed(one, "404 Not Found", "", b"{}"),
        "no version is published",
    ),
    (
        "no JSON",
        |one| listed(one, "200 OK", "", b"{\"tag_name\": "),
        "no list of versions",
    ),
    (
        "the page of a network that wants a sign-in",
        |one| {
            listed(
                one,
                "200 OK",
                "content-type: text/html\r\n",
                b"<html>Sign in</html>",
            )
        },
        "sign in first",
    ),
    (
        "an endless list",
        |one| {
            one.publish();
            one.server.reply(LATEST, |_, stream| {
                raw(stream, "HTTP/1.1 200 OK\r\n\r\n");
                while stream.write_all(&[b' '; 4096]).is_ok() {}
            });
            one.go()
        },
        "far too long",
    ),
    (
        "the file is written over after it was checked",
        |one| {
            one.between = |userdata| {
                let path = file_of(userdata);
                let mut bytes = std::fs::read(&path).unwrap();
                *bytes.last_mut().unwrap() ^= 1;
                std::fs::write(&path, bytes).unwrap();
            };
            published(one, |_| {})
        },
        "its digest is another",
    ),
    (
        "another file takes its place after it was checked",
        |one| {
            one.between = |userdata| {
                let path = file_of(userdata);
                let bytes = std::fs::read(&path).unwrap();
                std::fs::remove_file(&path).unwrap();
                std::fs::write(&path, bytes).unwrap();
            };
            published(one, |_| {})
        },
        "something else lies in its place",
    ),
    (
        "something is put beside the installer",
        |one| {
            one.between = |userdata| {
                std::fs::write(file_of(userdata).with_file_name("version.dll"), "x").unwrap();
            };
            published(one, |_| {})
        },
        "something else lies beside it",
    ),
];

#[test]
fn whatever_goes_wrong_no_installer_is_started() {
    assert!(CASES.len() >= 30);
    let mut said = Vec::new();
    for (name, wrong, expected) in CASES {
        let mut one = Try::new();
        let came = wrong(&mut one);
        match &came {
            Ok(Came::Newest) => assert_eq!(*expected, "", "{name}"),
            Ok(came) => panic!("{name}: {came:?}"),
            Err(error) => {
                let text = error.to_string();
                assert!(
                    !expected.is_empty() && text.contains(expected),
                    "{name}: {text}"
                );
                assert!(!text.ends_with('.') && text.len() < 400, "{name}: {text}");
                said.push(text);
            }
        }
        assert_eq!(one.stub.started(), [""; 0], "{name}");
        assert_eq!(stage::left(&one.userdata), [""; 0], "{name}");
        assert!(!one.userdata.join("pending_update.json").exists(), "{name}");
    }
}

/// Names the folder that the small disk is mounted at to the process that has it.
#[cfg(target_os = "linux")]
const DISK: &str = "LOOM_UPDATE_DISK";

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said_and_nothing_is_left_on_it() {
    let disk = tempfile::tempdir().unwrap();
    let script = "mount -t tmpfs -o size=1m tmpfs \"$1\" && shift && exec \"$@\"";
    let run = |command: &[&str]| {
        let mut unshare = Command::new("unshare");
        unshare.args([
            "--user",
            "--map-root-user",
            "--mount",
            "sh",
            "-c",
            script,
            "sh",
        ]);
        unshare
            .arg(disk.path())
            .args(command)
            .env(DISK, disk.path());
        unshare.status().is_ok_and(|status| status.success())
    };
    if !run(&["true"]) {
        eprintln!("not tested: no disk can be mounted here");
        return;
    }
    let program = std::env::current_exe().unwrap();
    let program = program.to_str().unwrap();
    let test = "update::hostile::fetches_to_a_small_disk";
    assert!(run(&[program, test, "--exact", "--ignored", "--nocapture"]));
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
