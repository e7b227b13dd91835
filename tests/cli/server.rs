//! A web server for tests: a package index of a folder's wheels, which can be told to fail, and what it was asked for.
//! Asserts nothing.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};

/// What is sent.
#[derive(Clone, Debug)]
pub enum Answer {
    Whole(Vec<u8>),
    /// The length of all, and no more than a half.
    Half(Vec<u8>),
    Status(&'static str),
    /// Nothing, until the other side gives up.
    Silence,
}

#[derive(Clone)]
pub struct Server {
    pub port: u16,
    seen: Arc<Mutex<Vec<String>>>,
}

type Handler = dyn Fn(&str) -> Answer + Send + Sync;

impl Server {
    /// Answers each request line, such as `GET /simple/tiny/ HTTP/1.1`, from a thread of its own.
    pub fn start(answer: impl Fn(&str) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let server = Self {
            port: listener.local_addr().expect("it has one").port(),
            seen: Arc::default(),
        };
        let seen = Arc::clone(&server.seen);
        let answer: Arc<Handler> = Arc::new(answer);
        begin(move || {
            for stream in listener.incoming().flatten() {
                let (seen, answer) = (Arc::clone(&seen), Arc::clone(&answer));
                begin(move || serve(stream, &seen, &*answer));
            }
        });
        server
    }

    /// The index of the wheels in a folder; `change` may answer otherwise.
    pub fn index(
        wheels: &Path,
        change: impl Fn(&str, &Answer) -> Option<Answer> + Send + Sync + 'static,
    ) -> Self {
        list(wheels);
        let wheels = wheels.to_owned();
        Self::start(move |request| {
            let path = request.split(' ').nth(1).unwrap_or_default();
            // A proxy is asked for whole addresses.
            let path = path.split("://").last().unwrap_or(path);
            let path = path.find('/').map_or("/", |at| &path[at..]);
            let answer = match path.strip_prefix("/simple/") {
                Some(name) => page(&wheels, name.trim_end_matches('/')),
                None => fs::read(wheels.join(path.trim_start_matches('/'))).ok(),
            };
            let answer = answer.map_or(Answer::Status("404 Not Found"), Answer::Whole);
            change(path, &answer).unwrap_or(answer)
        })
    }

    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}/simple/", self.port)
    }

    /// The request lines so far.
    pub fn seen(&self) -> Vec<String> {
        self.seen.lock().expect("nobody panics with it").clone()
    }
}

/// Write beside each wheel what an index says of it.
pub fn list(wheels: &Path) {
    const MAKE: &str = r#"
import hashlib, json, pathlib, sys, zipfile
for wheel in pathlib.Path(sys.argv[1]).glob("*.whl"):
    with zipfile.ZipFile(wheel) as file:
        text = file.read(next(name for name in file.namelist() if name.endswith(".dist-info/METADATA")))
    about = wheel.with_name(wheel.name + ".metadata")
    about.write_bytes(text)
    hashes = [hashlib.sha256(path.read_bytes()).hexdigest() for path in (wheel, about)]
    file = {"filename": wheel.name, "url": f"/{wheel.name}", "size": wheel.stat().st_size,
            "hashes": {"sha256": hashes[0]}, "core-metadata": {"sha256": hashes[1]}}
    wheel.with_name(wheel.name + ".entry").write_text(json.dumps(file))
"#;
    let python = Command::new("python3")
        .args(["-I", "-c", MAKE])
        .arg(wheels)
        .status();
    assert!(python.is_ok_and(|done| done.success()));
}

/// A thread that ends with the test.
fn begin(work: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().name("server".to_owned());
    thread.spawn(work).expect("a thread can be started");
}

/// The wheels of one package, as JSON (PEP 691).
fn page(wheels: &Path, name: &str) -> Option<Vec<u8>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(wheels).ok()?.flatten() {
        let file = entry.file_name().to_string_lossy().into_owned();
        let package = file.split('-').next().unwrap_or_default().replace('_', "-");
        if file.strip_suffix(".entry").is_some() && package == name {
            files.push(fs::read_to_string(entry.path()).ok()?);
        }
    }
    let files = files.join(",");
    (!files.is_empty()).then(|| {
        format!(r#"{{"meta": {{"api-version": "1.1"}}, "name": "{name}", "versions": [], "files": [{files}]}}"#).into()
    })
}

fn serve(mut stream: TcpStream, seen: &Mutex<Vec<String>>, answer: &Handler) {
    let Ok(copy) = stream.try_clone() else { return };
    let mut lines = BufReader::new(copy).lines();
    let Some(Ok(request)) = lines.next() else {
        return;
    };
    for line in lines.by_ref() {
        if line.is_ok_and(|line| line.is_empty()) {
            break;
        }
    }
    let answer = answer(&request);
    seen.lock()
        .expect("nobody panics with it")
        .push(request.clone());
    let is_page = request.contains("/simple/");
    let kind = if is_page {
        "application/vnd.pypi.simple.v1+json"
    } else {
        "application/octet-stream"
    };
    let head = |status: &str, length: usize| {
        format!(
            "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
        )
    };
    let sent = |stream: &mut TcpStream, head: &str, body: &[u8]| {
        let body = if request.starts_with("HEAD") {
            &[]
        } else {
            body
        };
        stream
            .write_all(head.as_bytes())
            .and_then(|()| stream.write_all(body))
            .ok();
    };
    match answer {
        Answer::Whole(bytes) => sent(&mut stream, &head("200 OK", bytes.len()), &bytes),
        Answer::Half(bytes) => {
            let half = &bytes[..bytes.len() / 2];
            sent(&mut stream, &head("200 OK", bytes.len()), half);
        }
        Answer::Status(status) => sent(&mut stream, &head(status, 0), &[]),
        Answer::Silence => {
            let mut rest = Vec::new();
            stream.read_to_end(&mut rest).ok();
        }
    }
}
