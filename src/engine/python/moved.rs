//! An environment whose project was moved or renamed: what it names of its old place is mended, so that it need not be
//! made anew. Starts no process.

use std::io;
use std::path::{MAIN_SEPARATOR, Path};

use super::swap::{PREVIOUS, mend_paths};
use super::{FOLDER, seal, stamp};
use crate::paths::site_packages;

/// The project that lay in `from` lies in `to` now. Those of its environments that are sealed, by what the folder `seals`
/// says, stay so, and no other becomes it. One that cannot be mended is made anew by the next run.
pub fn moved(from: &Path, to: &Path, seals: &Path) -> io::Result<()> {
    if cfg!(windows) {
        // The programs beside its Python have the place in them, and are no text.
        return stamp::forget(to);
    }
    let mut environments = [FOLDER, PREVIOUS].map(|name| to.join(name)).to_vec();
    environments.retain(|environment| seal::is_sealed_for(seals, from, environment));
    let mut result = seal::forget(seals, from);
    for environment in &environments {
        let mended = mend(environment, from, to);
        result = result.and(mended.and_then(|()| seal::seal_for(seals, to, environment)));
    }
    if result.is_err() {
        stamp::forget(to)?;
    }
    result
}

fn mend(environment: &Path, from: &Path, to: &Path) -> io::Result<()> {
    // A project beside it may have a name that begins with this one's.
    let [below, new] = [from, to].map(|path| format!("{}{MAIN_SEPARATOR}", path.display()));
    if let Some(programs) = super::interpreter(environment).parent() {
        mend_paths(programs, &below, &new, |_| true)?;
    }
    if let Some(packages) = site_packages(environment) {
        // What is installed from a folder of the project is found by these.
        let is_way = |name: &str| {
            let ending = Path::new(name).extension().unwrap_or_default();
            ending == "pth" || name.starts_with("__editable__") && ending == "py"
        };
        mend_paths(&packages, &below, &new, is_way)?;
    }
    stamp::moved(environment, from, to)
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn what_names_the_old_place_names_the_new_one() {
        let folder = tempfile::tempdir().unwrap();
        let [from, to] = ["Coins", "New"].map(|name| folder.path().join(name));
        let write = |path: &str, text: &str| {
            let path = to.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let was = from.display();
        write(
            ".venv/bin/tool",
            &format!("#!{was}/.venv/bin/python\nprint('{was} 2/x')\n"),
        );
        let pth = ".venv/lib/python3.12/site-packages/shapes.pth";
        write(pth, &format!("{was}/shapes\n"));
        let other = ".venv/lib/python3.12/site-packages/other.py";
        write(other, &format!("'{was}/shapes'\n"));
        let stamp = ".venv/loom-environment.txt";
        write(
            stamp,
            &format!("Made by Loom\npython any\nproject {was}\n0 numpy\n"),
        );
        let seals = folder.path().join("seals");
        let before = [stamp, pth].map(|path| fs::read(to.join(path)).unwrap());
        // One that is not sealed is left alone, and not sealed by that.
        moved(&from, &to, &seals).unwrap();
        assert_eq!(
            before,
            [stamp, pth].map(|path| fs::read(to.join(path)).unwrap())
        );
        assert!(!seal::is_sealed_for(&seals, &to, &to.join(FOLDER)));
        seal::seal_for(&seals, &from, &to.join(FOLDER)).unwrap();
        moved(&from, &to, &seals).unwrap();
        assert!(seal::is_sealed_for(&seals, &to, &to.join(FOLDER)));
        assert!(!seal::is_sealed_for(&seals, &from, &to.join(FOLDER)));
        let read = |path: &str| fs::read_to_string(to.join(path)).unwrap();
        let is = to.display();
        assert_eq!(
            read(".venv/bin/tool"),
            format!("#!{is}/.venv/bin/python\nprint('{was} 2/x')\n")
        );
        assert_eq!(read(pth), format!("{is}/shapes\n"));
        assert_eq!(read(other), format!("'{was}/shapes'\n"));
        assert_eq!(
            read(stamp),
            format!("Made by Loom\npython any\nproject {is}\n0 numpy\n")
        );
        moved(&from, &folder.path().join("without one"), &seals).unwrap();
    }
}
