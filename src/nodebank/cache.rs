//! Cache: what was read of the sources, kept on disk so that the next start reads only what changed. A file that is
//! damaged or of another program is none: everything is read again and the file written anew.

use std::borrow::Cow;
use std::env;
use std::fs;
use std::io::{self, BufWriter, Write as _};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::read::Reading;
use super::scan::Stamp;
use super::wire::WireReading;

/// Raised when the form of the file changes.
const FORMAT: u32 = 3;

#[derive(Serialize, Deserialize)]
struct WireFile<'a> {
    format: u32,
    #[serde(borrow)]
    version: Cow<'a, str>,
    /// Size and time of the program: one that was built anew may read sources in another way.
    program: (u64, u64),
    #[serde(borrow)]
    readings: Vec<WireReading<'a>>,
}

/// What is in the file; `None` when there is none that fits.
pub fn load(path: &Path) -> Option<Vec<Reading>> {
    let text = fs::read(path).ok()?;
    let file: WireFile = serde_json::from_slice(&text).ok()?;
    let fits = file.format == FORMAT
        && file.version == env!("CARGO_PKG_VERSION")
        && file.program == program();
    let readings = file.readings.into_iter();
    fits.then(|| readings.map(WireReading::into_reading).collect())
        .flatten()
}

/// Write the file in one step: who reads it finds the old one or the new one, whole.
pub fn save(path: &Path, readings: &[Reading]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut file = tempfile::Builder::new()
        .prefix(".nodeindex-")
        .tempfile_in(folder)?;
    let wire = WireFile {
        format: FORMAT,
        version: env!("CARGO_PKG_VERSION").into(),
        program: program(),
        readings: readings.iter().filter_map(WireReading::of).collect(),
    };
    let mut writer = BufWriter::new(&mut file);
    serde_json::to_writer(&mut writer, &wire)?;
    writer.flush()?;
    drop(writer);
    file.persist(path)?;
    Ok(())
}

fn program() -> (u64, u64) {
    let metadata = env::current_exe().and_then(fs::metadata);
    let stamp = metadata.map_or_else(|_| Stamp::default(), |metadata| Stamp::of(&metadata));
    (stamp.bytes, stamp.time_nanos)
}
