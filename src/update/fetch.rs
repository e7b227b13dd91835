//! Fetch: requests to the few hosts that Loom's releases lie on, encrypted, over at most five redirects, and never more of
//! an answer than was asked for. Knows nothing of what is fetched.

use std::error::Error as _;
use std::time::Duration;

use reqwest::header::{HeaderMap, LOCATION, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode, Url, redirect};
use tokio::time::error::Elapsed;
use tokio::time::timeout;

use super::{Feed, UpdateError};

const REDIRECTS: usize = 5;
const HOSTS: [&str; 2] = ["api.github.com", "github.com"];
/// And all below this one, where the files lie.
const FILES: &str = ".githubusercontent.com";
/// No server is left alone for longer.
const LONGEST_WAIT: Duration = Duration::from_hours(24);
/// When a server wants to be left alone and does not say how long.
const USUAL_WAIT: Duration = Duration::from_hours(1);

/// Asks the servers of one feed.
pub(super) struct Fetcher<'a> {
    pub feed: &'a Feed,
    client: Client,
}

impl<'a> Fetcher<'a> {
    pub fn new(feed: &'a Feed) -> Result<Self, UpdateError> {
        // Another one that is there already does as well.
        drop(rustls::crypto::ring::default_provider().install_default());
        let mut builder = Client::builder()
            .user_agent(concat!("loom/", env!("CARGO_PKG_VERSION")))
            // Each address is looked at by `get`.
            .redirect(redirect::Policy::none())
            .referer(false)
            .connect_timeout(feed.pace.connect);
        if feed.allow_loopback_http {
            builder = builder.no_proxy();
        } else {
            builder = builder.https_only(true);
        }
        let client = builder.build().map_err(|error| unreachable(&error))?;
        Ok(Self { feed, client })
    }

    /// The answer of an address or of the one that it leads to, with whatever status.
    pub async fn get(&self, address: &str, headers: &HeaderMap) -> Result<Response, UpdateError> {
        let mut url = Url::parse(address).map_err(|_| UpdateError::Address(shown(address)))?;
        for _ in 0..=REDIRECTS {
            self.check(&url)?;
            let request = self.client.get(url.clone()).headers(headers.clone());
            let answer = in_time(timeout(self.feed.pace.stall, request.send()).await)?;
            // 304 is no redirect.
            if !matches!(answer.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
                return Ok(answer);
            }
            let to = answer.headers().get(LOCATION);
            let to = to.and_then(|to| to.to_str().ok()).unwrap_or_default();
            url = url.join(to).map_err(|_| UpdateError::Address(shown(to)))?;
        }
        Err(UpdateError::Answer(
            "it leads from one address to the next".to_owned(),
        ))
    }

    /// The whole of a small file, of `most` bytes at most.
    pub async fn small(&self, address: &str, most: usize) -> Result<Vec<u8>, UpdateError> {
        let answer = self.get(address, &HeaderMap::new()).await?;
        if answer.status() != StatusCode::OK {
            return Err(refused(&answer));
        }
        self.body(answer, most).await
    }

    /// The body of an answer, of `most` bytes at most.
    pub async fn body(&self, mut answer: Response, most: usize) -> Result<Vec<u8>, UpdateError> {
        let too_long = || UpdateError::Answer("it is far too long".to_owned());
        if answer
            .content_length()
            .is_some_and(|length| length > most as u64)
        {
            return Err(too_long());
        }
        let mut body = Vec::new();
        while let Some(bytes) = in_time(timeout(self.feed.pace.stall, answer.chunk()).await)? {
            if body.len() + bytes.len() > most {
                return Err(too_long());
            }
            body.extend_from_slice(&bytes);
        }
        Ok(body)
    }

    /// Encrypted, at a host of ours, and with no name and password in it.
    fn check(&self, url: &Url) -> Result<(), UpdateError> {
        let host = url.host_str().unwrap_or_default();
        let is_plain = url.username().is_empty() && url.password().is_none();
        let is_ours = url.scheme() == "https"
            && url.port().is_none()
            && (HOSTS.contains(&host) || host.ends_with(FILES));
        let is_here = self.feed.allow_loopback_http
            && url.scheme() == "http"
            && ["127.0.0.1", "[::1]"].contains(&host);
        if is_plain && (is_ours || is_here) {
            return Ok(());
        }
        Err(UpdateError::Address(shown(&format!(
            "{}://{host}",
            url.scheme()
        ))))
    }
}

/// What came of waiting; an error when nothing came in time.
pub(super) fn in_time<T>(waited: Result<reqwest::Result<T>, Elapsed>) -> Result<T, UpdateError> {
    waited
        .map_err(|_| UpdateError::Slow)?
        .map_err(|error| unreachable(&error))
}

/// What a status that is no success means.
pub(super) fn refused(answer: &Response) -> UpdateError {
    let status = answer.status();
    match wait(status, answer.headers()) {
        Some(wait) => UpdateError::Limited(wait),
        None if status.is_server_error() => {
            UpdateError::Unreachable(format!("it says {}", status.as_u16()))
        }
        None => UpdateError::Answer(format!("it says {}", status.as_u16())),
    }
}

/// How long a server that has had enough asks to be left alone.
fn wait(status: StatusCode, headers: &HeaderMap) -> Option<Duration> {
    if ![StatusCode::FORBIDDEN, StatusCode::TOO_MANY_REQUESTS].contains(&status) {
        return None;
    }
    let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<u64>().ok();
    let after = number(RETRY_AFTER.as_str()).map(Duration::from_secs);
    let is_used_up = number("x-ratelimit-remaining") == Some(0);
    let reset = || {
        let now = std::time::SystemTime::now();
        let reset =
            std::time::UNIX_EPOCH.checked_add(Duration::from_secs(number("x-ratelimit-reset")?));
        reset?.duration_since(now).ok()
    };
    let wait = after.or_else(|| is_used_up.then(reset).flatten());
    let is_limit = wait.is_some() || is_used_up || status == StatusCode::TOO_MANY_REQUESTS;
    is_limit.then(|| wait.unwrap_or(USUAL_WAIT).min(LONGEST_WAIT))
}

/// The innermost reason, without the address.
fn unreachable(error: &reqwest::Error) -> UpdateError {
    if error.is_timeout() {
        return UpdateError::Slow;
    }
    let mut reason = error.source();
    let mut text = String::from("the connection failed");
    while let Some(error) = reason {
        text = error.to_string();
        reason = error.source();
    }
    UpdateError::Unreachable(shown(&text))
}

/// What others wrote, as part of a message.
fn shown(text: &str) -> String {
    text.chars()
        .filter(|letter| !letter.is_control())
        .take(120)
        .collect()
}
