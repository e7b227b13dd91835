//! What a server, or somebody between it and this machine, can answer instead of what it should.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests stop at the first surprise"
)]

use std::io::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use loom::update::UpdateError;

use super::hostile::{Case, sent};
use super::stage::{self, LATEST, answer, path, raw, redirect};
use super::{Came, Try};

/// The file breaks off at 1000 bytes; who asks again is given `rest`, which is called the part from `start` on.
fn cut_off(one: &mut Try, start: usize, rest: fn(&[u8]) -> Vec<u8>) -> Result<Came, UpdateError> {
    let whole = one.release.payload.clone();
    let times = AtomicUsize::new(0);
    sent(one, move |_, stream| {
        let length = whole.len();
        if times.fetch_add(1, Ordering::SeqCst) == 0 {
            let head =
                format!("HTTP/1.1 200 OK\r\netag: \"a\"\r\ncontent-length: {length}\r\n\r\n");
            raw(stream, &head);
            stream.write_all(&whole[..1000]).ok();
            return;
        }
        let last = length - 1;
        let range = format!("etag: \"a\"\r\ncontent-range: bytes {start}-{last}/{length}\r\n");
        answer(stream, "206 Partial Content", &range, &rest(&whole));
    })
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
        answer(stream, status, headers, body);
    });
    one.go()
}

pub const CASES: &[Case] = &[
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
        |one| cut_off(one, 500, |whole| whole[500..].to_vec()),
        "another part",
    ),
    (
        "the rest of another file",
        |one| cut_off(one, 1000, |whole| vec![b'x'; whole.len() - 1000]),
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
        "a redirect to another host",
        |one| sent(one, redirect("http://example.org/Loom.exe")),
        "so nothing was fetched: http://example.org",
    ),
    (
        "a redirect to another machine of this network",
        |one| sent(one, redirect("http://127.0.0.2:9/Loom.exe")),
        "does not fetch programs from",
    ),
    (
        "a redirect to a file of this machine",
        |one| sent(one, redirect("file:///bin/sh")),
        "so nothing was fetched: file",
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
];
