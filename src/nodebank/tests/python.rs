//! CPython's own library as sources: everything that Python accepts is read.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::graph::{Bank, KindState};
use crate::nodebank::Nodebank;

/// Prints the library's folder, and then the files that `ast.parse` accepts.
const ASK: &str = "
import ast, pathlib, sys, sysconfig, warnings
warnings.simplefilter('ignore')
folder = pathlib.Path(sysconfig.get_paths()['stdlib'])
print(folder)
for file in sorted(folder.rglob('*.py')):
    if 'site-packages' in file.parts or 'dist-packages' in file.parts:
        continue
    try:
        ast.parse(file.read_bytes())
        file.read_text(encoding='utf-8')
    except (SyntaxError, ValueError, RecursionError, OSError):
        continue
    print(file)
";

#[test]
fn the_standard_library_is_read() {
    let python = if cfg!(windows) { "python" } else { "python3" };
    let output = Command::new(python)
        .args(["-I", "-X", "utf8", "-c", ASK])
        .output()
        .unwrap_or_else(|error| panic!("{python} must be on the PATH: {error}"));
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).unwrap();
    let mut lines = text.lines();
    let folder = PathBuf::from(lines.next().unwrap());
    let accepted: HashSet<&Path> = lines.map(Path::new).collect();
    assert!(
        accepted.len() > 300,
        "only {} files in {}",
        accepted.len(),
        folder.display()
    );

    let mut bank = Nodebank::new(vec![(Bank::Custom, folder)], None);
    bank.refresh();
    let kinds = bank.readings.iter().flat_map(|reading| &reading.kinds);
    let refused: Vec<String> = kinds
        .filter(|kind| {
            let file = kind.file.as_deref().unwrap();
            let is_whole_file = matches!(&kind.state, KindState::Broken { message, .. }
                if message.starts_with("Syntax error") || message.starts_with("The file"));
            is_whole_file && accepted.contains(file)
        })
        .map(|kind| {
            format!(
                "{} {:?}",
                kind.file.as_deref().unwrap().display(),
                kind.state
            )
        })
        .collect();
    assert!(refused.is_empty(), "{}", refused.join("\n"));
    let read = bank
        .readings
        .iter()
        .filter(|reading| accepted.contains(&*reading.found.file));
    assert!(read.count() > 300);
    assert!(bank.catalog().kinds().len() > 1_000);
}
