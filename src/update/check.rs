//! Check: is there a newer release? Asks for the list, fetches the signed manifest, and believes that alone.

use std::time::SystemTime;

use reqwest::StatusCode;
use reqwest::header::{ACCEPT, ETAG, HeaderMap, HeaderValue, IF_NONE_MATCH};
use semver::Version;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use tokio::time::timeout;

use super::fetch::{Fetcher, refused};
use super::manifest::{self, Asset, Manifest};
use super::remembered::{Answer, Remembered};
use super::verify::{self, Judged};
use super::{Feed, Here, UpdateError};

/// Most of a list of releases.
const LIST_BYTES: usize = 1 << 20;
/// Most of a manifest, of a signature, and of notes that are shown.
const SMALL_BYTES: usize = 64 << 10;

/// What a check comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// What runs is the newest.
    Newest,
    Newer(Box<Offer>),
}

/// A newer version, which its makers signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    pub version: Version,
    /// The day that it was published.
    pub published: String,
    /// What is new, as Markdown; `None` when what the server has is not what was signed.
    pub notes: Option<String>,
    /// What can be put in the place of this program; `None` where that is to be done by hand.
    pub download: Option<Download>,
    pub(super) manifest: Manifest,
}

/// A file of a release, and where it lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Download {
    pub asset: Asset,
    pub(super) address: String,
    pub(super) signature_address: String,
}

#[derive(Deserialize)]
struct Release {
    tag_name: String,
    draft: bool,
    prerelease: bool,
    #[serde(default)]
    body: Option<String>,
    assets: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    name: String,
    browser_download_url: String,
}

/// Ask once. What is learnt goes into `remembered`, also when it comes to nothing.
pub async fn check(
    feed: &Feed,
    here: &Here,
    takes_betas: bool,
    remembered: &mut Remembered,
) -> Result<Found, UpdateError> {
    let now = SystemTime::now();
    if let Some(wait) = remembered.held(now) {
        return Err(UpdateError::Limited(wait));
    }
    let ask = ask(feed, here, takes_betas, remembered, now);
    let found = timeout(feed.pace.check, ask).await;
    let found = found.unwrap_or(Err(UpdateError::Slow));
    match &found {
        Err(UpdateError::Limited(wait)) => remembered.hold(now, *wait),
        // Nobody was asked.
        Err(error) if error.is_passing() => {}
        _ => remembered.asked(now),
    }
    found
}

async fn ask(
    feed: &Feed,
    here: &Here,
    takes_betas: bool,
    remembered: &mut Remembered,
    now: SystemTime,
) -> Result<Found, UpdateError> {
    let fetcher = Fetcher::new(feed)?;
    let release = newest(&fetcher, takes_betas, remembered).await?;
    let signature_name = format!("{}.minisig", manifest::FILE);
    let signature = fetcher
        .small(release.address(&signature_name)?, SMALL_BYTES)
        .await?;
    let bytes = fetcher
        .small(release.address(manifest::FILE)?, SMALL_BYTES)
        .await?;
    let manifest = verify::manifest(&bytes, &signature, &feed.keys)?;
    let channels: &[&str] = if takes_betas {
        &["stable", "beta"]
    } else {
        &["stable"]
    };
    let judged = verify::judge(&manifest, here, channels, remembered, now)?;
    remembered.saw(&manifest);
    let Judged::Newer(asset) = judged else {
        return Ok(Found::Newest);
    };
    if release.version().as_ref() != Some(&manifest.version) {
        return Err(UpdateError::Manifest(format!(
            "it is of version {} and lies at another",
            manifest.version
        )));
    }
    let download = asset.map(|asset| release.download(asset)).transpose()?;
    Ok(Found::Newer(Box::new(Offer {
        version: manifest.version.clone(),
        published: verify::day(manifest.published),
        notes: release.notes(&manifest.notes_sha256),
        download,
        manifest,
    })))
}

/// The release that counts, as the server lists it or as it did when it says that nothing changed.
async fn newest(
    fetcher: &Fetcher<'_>,
    takes_betas: bool,
    remembered: &mut Remembered,
) -> Result<Release, UpdateError> {
    let api = &fetcher.feed.api;
    let address = if takes_betas {
        format!("{api}/releases?per_page=10")
    } else {
        format!("{api}/releases/latest")
    };
    let mut headers = HeaderMap::new();
    headers.insert(
        ACCEPT,
        HeaderValue::from_static("application/vnd.github+json"),
    );
    let known = remembered.answer.as_ref();
    let known = known.filter(|answer| answer.address == address);
    let known = known.and_then(|answer| {
        let release = read(answer.text.as_bytes(), takes_betas).ok()?;
        Some((HeaderValue::from_str(&answer.etag).ok()?, release))
    });
    if let Some((etag, _)) = &known {
        headers.insert(IF_NONE_MATCH, etag.clone());
    }
    let answer = fetcher.get(&address, &headers).await?;
    match (answer.status(), known) {
        (StatusCode::NOT_MODIFIED, Some((_, release))) => return Ok(release),
        (StatusCode::OK, _) => {}
        (StatusCode::NOT_FOUND, _) => {
            return Err(UpdateError::Answer(
                "no version is published there".to_owned(),
            ));
        }
        _ => return Err(refused(&answer)),
    }
    let etag = answer
        .headers()
        .get(ETAG)
        .and_then(|etag| etag.to_str().ok());
    let etag = etag.map(str::to_owned);
    let body = fetcher.body(answer, LIST_BYTES).await?;
    let release = read(&body, takes_betas)?;
    remembered.answer = etag.map(|etag| Answer {
        address,
        etag,
        text: String::from_utf8_lossy(&body).into_owned(),
    });
    Ok(release)
}

fn read(body: &[u8], takes_betas: bool) -> Result<Release, UpdateError> {
    let no_list = |_| UpdateError::Answer("it is no list of versions".to_owned());
    if takes_betas {
        let releases: Vec<Release> = serde_json::from_slice(body).map_err(no_list)?;
        return releases
            .into_iter()
            .filter(|release| !release.draft && !release.is_withdrawn())
            .filter(|release| release.version().is_some())
            .max_by_key(Release::version)
            .ok_or_else(|| UpdateError::Answer("no version is published there".to_owned()));
    }
    let release: Release = serde_json::from_slice(body).map_err(no_list)?;
    if release.draft || release.prerelease {
        let why = "what it calls the newest version is not finished";
        return Err(UpdateError::Answer(why.to_owned()));
    }
    Ok(release)
}

impl Release {
    fn version(&self) -> Option<Version> {
        self.tag_name.strip_prefix('v')?.parse().ok()
    }

    /// A finished version that was marked as unfinished later on: so its makers take it back.
    fn is_withdrawn(&self) -> bool {
        self.prerelease && self.version().is_some_and(|version| version.pre.is_empty())
    }

    /// Where the one file of this name lies.
    fn address(&self, name: &str) -> Result<&str, UpdateError> {
        let mut files = self.assets.iter().filter(|file| file.name == name);
        match (files.next(), files.next()) {
            (Some(file), None) => Ok(&file.browser_download_url),
            _ => Err(UpdateError::Answer(format!(
                "the new version has no file {name}"
            ))),
        }
    }

    fn download(&self, asset: &Asset) -> Result<Download, UpdateError> {
        Ok(Download {
            address: self.address(&asset.name)?.to_owned(),
            signature_address: self.address(&format!("{}.minisig", asset.name))?.to_owned(),
            asset: asset.clone(),
        })
    }

    /// The notes, if they are those that were signed.
    fn notes(&self, digest: &str) -> Option<String> {
        let notes = self.body.as_deref().unwrap_or_default();
        // The server writes lines in its own way.
        let notes = notes.replace("\r\n", "\n").trim().to_owned();
        let is_signed = verify::hex(Sha256::new_with_prefix(&notes)) == digest;
        (is_signed && notes.len() <= SMALL_BYTES).then_some(notes)
    }
}
