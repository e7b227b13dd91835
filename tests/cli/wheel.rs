//! Wheels for tests, written by Python's standard library so that no index is needed. Asserts nothing of Loom.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Writes a wheel: its folder, name, version, entry points and requirements, then files, each path before its text.
const CODE: &str = r#"
import pathlib, sys, zipfile
folder, name, version, points, requires, *files = sys.argv[1:]
stem = f"{name.replace('-', '_')}-{version}"
info = f"{stem}.dist-info"
needs = "".join(f"Requires-Dist: {need}\n" for need in requires.split("\n") if need)
entries = {
    f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nSummary: For tests\n"
                        f"Requires-Python: >=3.11\n{needs}",
    f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
}
if points:
    entries[f"{info}/entry_points.txt"] = f"[loom.nodes]\n{points}\n"
entries.update(zip(files[::2], files[1::2]))
record = f"{info}/RECORD"
entries[record] = "".join(f"{path},,\n" for path in [*entries, record])
with zipfile.ZipFile(pathlib.Path(folder) / f"{stem}-py3-none-any.whl", "w") as wheel:
    for path, text in entries.items():
        wheel.writestr(path, text)
print(pathlib.Path(folder) / f"{stem}-py3-none-any.whl")
"#;

/// A package as a file.
pub struct Wheel<'a> {
    pub name: &'a str,
    pub version: &'a str,
    /// Lines of the entry points.
    pub families: &'a str,
    /// A requirement in each line.
    pub requires: &'a str,
    pub files: &'a [(&'a str, &'a str)],
}

impl Wheel<'_> {
    pub fn make(&self, folder: &Path) -> PathBuf {
        fs::create_dir_all(folder).unwrap();
        let mut command = Command::new(if cfg!(windows) { "python" } else { "python3" });
        command.args(["-I", "-c", CODE]).arg(folder);
        command.args([self.name, self.version, self.families, self.requires]);
        for (path, text) in self.files {
            command.args([path, text]);
        }
        let output = command.output().unwrap();
        assert!(output.status.success(), "{output:?}");
        PathBuf::from(String::from_utf8(output.stdout).unwrap().trim())
    }
}
