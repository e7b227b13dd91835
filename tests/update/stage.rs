//! What updates are tried with: a server of bare sockets, which can lie about everything, keys made on the spot, and a
//! release that each test changes as it likes. No test: the tests of the engine and of the window use it.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests stop at the first surprise"
)]

use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use loom::update::{Feed, Here, How};
use minisign::{KeyPair, PublicKey, SecretKeyBox};
use serde_json::json;
use sha2::{Digest as _, Sha256};

/// Answers one request.
pub type Reply = Arc<dyn Fn(&Request, &mut TcpStream) + Send + Sync>;

/// What was asked.
#[derive(Clone, Debug)]
pub struct Request {
    pub path: String,
    pub head: String,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

/// A server on this machine, until it is dropped.
pub struct Server {
    pub address: String,
    replies: Arc<Mutex<HashMap<String, Reply>>>,
    asked: Arc<Mutex<Vec<Request>>>,
    has_ended: Arc<AtomicBool>,
}

impl Server {
    pub fn new() -> Self {
        Self::at(0)
    }

    /// At a port of this machine; 0 is any that is free.
    pub fn at(port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
        let server = Self {
            address: format!("http://{}", listener.local_addr().unwrap()),
            replies: Arc::default(),
            asked: Arc::default(),
            has_ended: Arc::default(),
        };
        let (replies, asked) = (Arc::clone(&server.replies), Arc::clone(&server.asked));
        let has_ended = Arc::clone(&server.has_ended);
        thread("server", move || {
            for stream in listener.incoming() {
                if has_ended.load(Ordering::SeqCst) {
                    return;
                }
                let Ok(stream) = stream else { continue };
                let (replies, asked) = (Arc::clone(&replies), Arc::clone(&asked));
                thread("reply", move || serve(stream, &replies, &asked));
            }
        });
        server
    }

    pub fn reply(
        &self,
        path: &str,
        reply: impl Fn(&Request, &mut TcpStream) + Send + Sync + 'static,
    ) {
        let mut replies = self.replies.lock().unwrap();
        replies.insert(path.to_owned(), Arc::new(reply));
    }

    /// Give these bytes, or the part of them that is asked for.
    pub fn file(&self, path: &str, bytes: &[u8]) {
        let bytes = bytes.to_vec();
        self.reply(path, move |request, stream| {
            give(request, stream, &bytes);
        });
    }

    pub fn count(&self, path: &str) -> usize {
        let asked = self.asked.lock().unwrap();
        asked.iter().filter(|request| request.path == path).count()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.has_ended.store(true, Ordering::SeqCst);
        let address = self.address.trim_start_matches("http://");
        TcpStream::connect(address).ok();
    }
}

fn thread(name: &str, work: impl FnOnce() + Send + 'static) {
    let builder = std::thread::Builder::new().name(name.to_owned());
    builder.spawn(work).unwrap();
}

fn serve(
    mut stream: TcpStream,
    replies: &Mutex<HashMap<String, Reply>>,
    asked: &Mutex<Vec<Request>>,
) {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte) {
            Ok(1) if head.len() < 16 << 10 => head.push(byte[0]),
            _ => return,
        }
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let request = Request { path, head };
    asked.lock().unwrap().push(request.clone());
    let reply = replies.lock().unwrap().get(&request.path).cloned();
    match reply {
        Some(reply) => reply(&request, &mut stream),
        None => answer(&mut stream, "404 Not Found", "", b"none"),
    }
}

/// An answer as it should be. `headers`: lines that end with `\r\n`.
pub fn answer(stream: &mut TcpStream, status: &str, headers: &str, body: &[u8]) {
    let length = body.len();
    raw(
        stream,
        &format!(
            "HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n"
        ),
    );
    stream.write_all(body).ok();
}

pub fn raw(stream: &mut TcpStream, text: &str) {
    stream.write_all(text.as_bytes()).ok();
    stream.flush().ok();
}

pub fn redirect(to: &str) -> impl Fn(&Request, &mut TcpStream) + Send + Sync + 'static {
    let header = format!("location: {to}\r\n");
    move |_, stream| answer(stream, "302 Found", &header, b"")
}

/// Say nothing until the other side hangs up.
pub fn stall(_: &Request, stream: &mut TcpStream) {
    stream.set_read_timeout(Some(Duration::from_mins(1))).ok();
    stream.read_exact(&mut [0]).ok();
}

fn give(request: &Request, stream: &mut TcpStream, bytes: &[u8]) {
    let etag = format!("\"{}\"", &digest(bytes)[..16]);
    let rest = request
        .header("range")
        .filter(|_| request.header("if-range") == Some(&etag));
    let from = rest.and_then(|range| {
        let from = range.strip_prefix("bytes=")?.strip_suffix('-')?;
        from.parse::<usize>().ok()
    });
    let headers = format!("etag: {etag}\r\n");
    match from {
        Some(from) => {
            let range = format!(
                "content-range: bytes {from}-{}/{}\r\n{headers}",
                bytes.len() - 1,
                bytes.len()
            );
            answer(stream, "206 Partial Content", &range, &bytes[from..]);
        }
        None => answer(stream, "200 OK", &headers, bytes),
    }
}

pub fn digest(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    for byte in Sha256::digest(bytes) {
        write!(text, "{byte:02x}").unwrap();
    }
    text
}

/// A key that releases are signed with.
pub struct Key(KeyPair);

impl Key {
    pub fn new() -> Self {
        Self(KeyPair::generate_unencrypted_keypair().unwrap())
    }

    /// One that is kept in a file, made when it is not there.
    pub fn kept_in(file: &Path) -> Self {
        if let Ok(text) = std::fs::read_to_string(file) {
            let secret = SecretKeyBox::from_string(&text).unwrap();
            let sk = secret.into_unencrypted_secret_key().unwrap();
            let pk = PublicKey::from_secret_key(&sk).unwrap();
            return Self(KeyPair { pk, sk });
        }
        let key = Self::new();
        let secret = key.0.sk.to_box(None).unwrap();
        std::fs::write(file, secret.into_string()).unwrap();
        key
    }

    pub fn public(&self) -> String {
        self.0.pk.to_base64()
    }

    pub fn sign(&self, bytes: &[u8], comment: &str) -> Vec<u8> {
        let signed = minisign::sign(None, &self.0.sk, bytes, Some(comment), None);
        signed.unwrap().to_string().into_bytes()
    }

    /// A signature that is right in every way, in the form of old versions of minisign.
    pub fn sign_as_of_old(&self, bytes: &[u8], comment: &str) -> Vec<u8> {
        use ring::signature::Ed25519KeyPair;
        let secret = self.0.sk.to_bytes();
        let (key_id, seed) = (&secret[54..62], &secret[62..94]);
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).unwrap();
        let signature = pair.sign(bytes);
        let global = pair.sign(&[signature.as_ref(), comment.as_bytes()].concat());
        let first = [b"Ed", key_id, signature.as_ref()].concat();
        format!(
            "untrusted comment: old\n{}\ntrusted comment: {comment}\n{}\n",
            base64(&first),
            base64(global.as_ref())
        )
        .into_bytes()
    }
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let mut number = 0;
        for i in 0..3 {
            number = number << 8 | u32::from(three.get(i).copied().unwrap_or(0));
        }
        for i in 0..4 {
            if i <= three.len() {
                text.push(LETTERS[(number >> (18 - 6 * i) & 63) as usize].into());
            } else {
                text.push('=');
            }
        }
    }
    text
}

/// A release, as it should be until a test changes something of it.
#[derive(Clone)]
pub struct Release {
    pub tag: String,
    pub draft: bool,
    pub prerelease: bool,
    pub notes: String,
    pub app: String,
    pub channel: String,
    pub version: String,
    pub min_allowed: Option<String>,
    pub seq: u64,
    /// Seconds from now.
    pub published: i64,
    pub expires: i64,
    pub name: String,
    pub target: String,
    pub payload: Vec<u8>,
    /// What the manifest says of it.
    pub size: u64,
    pub sha256: String,
    /// Fields that are left out of the manifest.
    pub without: Vec<&'static str>,
    /// What the signature of the file says.
    pub comment: String,
}

const DAY: i64 = 86_400;

impl Release {
    pub fn new(version: &str, payload: &[u8], how: &How) -> Self {
        let target = how.target().unwrap_or_default();
        let name = format!("Loom_Setup_{}.exe", version.replace('+', "_"));
        let mut release = Self {
            tag: format!("v{version}"),
            draft: false,
            prerelease: false,
            notes: "## What is new\r\n\r\n- Faster".to_owned(),
            app: "loom".to_owned(),
            channel: "stable".to_owned(),
            version: version.to_owned(),
            min_allowed: None,
            seq: 7,
            published: -DAY,
            expires: 44 * DAY,
            name,
            target,
            payload: payload.to_vec(),
            size: payload.len() as u64,
            sha256: digest(payload),
            without: Vec::new(),
            comment: String::new(),
        };
        release.comment = release.right_comment();
        release
    }

    pub fn right_comment(&self) -> String {
        format!(
            "app:{}\tasset:{}\ttarget:{}\tversion:{}\tsize:{}",
            self.app, self.name, self.target, self.version, self.size
        )
    }

    pub fn manifest(&self) -> Vec<u8> {
        let time = |offset: i64| {
            let time = Timestamp::now() + SignedDuration::from_secs(offset);
            format!("{time:.0}")
        };
        let mut manifest = json!({
            "app": self.app,
            "channel": self.channel,
            "version": self.version,
            "seq": self.seq,
            "published": time(self.published),
            "expires": time(self.expires),
            "notes_sha256": digest(self.notes.replace("\r\n", "\n").trim().as_bytes()),
            "assets": [
                {"name": self.name, "target": self.target, "size": self.size, "sha256": self.sha256},
                {"name": "other.bin", "target": "other", "size": 1, "sha256": "0".repeat(64)},
            ],
        });
        let fields = manifest.as_object_mut().unwrap();
        if let Some(least) = &self.min_allowed {
            fields.insert("min_allowed".to_owned(), json!(least));
        }
        fields.retain(|name, _| !self.without.contains(&name.as_str()));
        serde_json::to_vec_pretty(&manifest).unwrap()
    }

    /// As GitHub lists it.
    pub fn listed(&self, server: &Server) -> serde_json::Value {
        let names = [
            "loom-update.json",
            "loom-update.json.minisig",
            &self.name,
            &format!("{}.minisig", self.name),
        ];
        let file = |name: &&str| json!({"name": name, "browser_download_url": format!("{}{}", server.address, path(name))});
        json!({
            "tag_name": self.tag,
            "draft": self.draft,
            "prerelease": self.prerelease,
            "body": self.notes,
            "assets": names.iter().map(file).collect::<Vec<_>>(),
        })
    }

    /// Put it on a server, signed.
    pub fn publish(&self, server: &Server, key: &Key) {
        let list = serde_json::to_vec(&self.listed(server)).unwrap();
        let all = serde_json::to_vec(&json!([self.listed(server)])).unwrap();
        let manifest = self.manifest();
        server.file(LATEST, &list);
        server.file(ALL, &all);
        server.file(MANIFEST_SIGNATURE, &key.sign(&manifest, "timestamp:0"));
        server.file(MANIFEST, &manifest);
        let signature = key.sign(&self.payload, &self.comment);
        server.file(&path(&self.name), &self.payload);
        server.file(&format!("{}.minisig", path(&self.name)), &signature);
    }
}

pub const LATEST: &str = "/repos/maker/loom/releases/latest";
pub const ALL: &str = "/repos/maker/loom/releases?per_page=10";
pub const MANIFEST: &str = "/files/loom-update.json";
pub const MANIFEST_SIGNATURE: &str = "/files/loom-update.json.minisig";

/// Where a file of a release lies.
pub fn path(name: &str) -> String {
    format!("/files/{name}")
}

pub fn feed(server: &Server, keys: &[&Key]) -> Feed {
    let keys: Vec<_> = keys.iter().map(|key| key.public()).collect();
    let keys: Vec<_> = keys.iter().map(String::as_str).collect();
    let api = format!("{}/repos/maker/loom", server.address);
    let mut feed = Feed::new(api, &keys, true).unwrap();
    feed.pace.between_tries = Duration::from_millis(1);
    feed
}

/// A program of version 1.0.0.
pub fn here(how: How, program: &Path) -> Here {
    Here {
        version: "1.0.0".parse().unwrap(),
        program: program.to_owned(),
        how,
    }
}

/// An installer that writes down how it was started, a line an argument.
pub struct Stub {
    folder: tempfile::TempDir,
}

impl Stub {
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn record(&self) -> PathBuf {
        self.folder.path().join("started")
    }

    /// Its bytes, `size` of them.
    pub fn program(&self, size: usize) -> Vec<u8> {
        let record = self.record();
        let record = record.display();
        let mut script = format!(
            "#!/bin/sh\nfor argument in \"$0\" \"$@\"; do echo \"$argument\"; done >> '{record}'\n\
             echo end >> '{record}'\nexit 0\n#"
        )
        .into_bytes();
        let mut seed = 7_u32;
        while script.len() < size {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            script.push(b'a' + (seed >> 24) as u8 % 26);
        }
        script
    }

    /// The lines of all starts, each with its end.
    pub fn started(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.record()).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }
}

/// What lies in the folder of downloads, but for its lock.
pub fn left(userdata: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(userdata.join("updates"));
    let names = entries.into_iter().flatten().flatten();
    let names = names.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter(|name| name != "lock").collect()
}
