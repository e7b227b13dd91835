//! `loom package`: node packages of a project. What one brings and needs is listed before anything is installed.

use std::io::{self, IsTerminal as _, Write};
use std::path::Path;

use super::args::PackageVerb;
use super::project::{Opened, library};
use super::tools::{self, cancel, heed_interrupts, tell};
use super::{Exit, Failure, say};
use crate::engine::python::Wanted;
use crate::graph::{KindState, Name, NodeKind};
use crate::packages::{self, Added, Offer, PackageError, What};
use crate::paths::Paths;
use crate::plain;
use crate::project;
use crate::project::requirements::parse;
use crate::project::trust::by_call;
use crate::settings::Settings;

pub fn package(verb: &PackageVerb, paths: &Paths) -> Result<Exit, Failure> {
    heed_interrupts();
    match verb {
        PackageVerb::List { project } => list(&find(project, paths)?),
        PackageVerb::Show { package, project } => {
            let folder = match project {
                Some(project) => find(project, paths)?,
                // A project that has nothing of its own.
                None => paths.userdata.join("-"),
            };
            let offer = look(package, &folder, paths)?;
            show(&offer)?;
            Ok(Exit::Ok)
        }
        PackageVerb::Add {
            project,
            package,
            yes,
        } => {
            let folder = find(project, paths)?;
            let offer = look(package, &folder, paths)?;
            show(&offer)?;
            if !*yes && !is_wanted(&offer)? {
                say("loom: nothing was installed");
                return Ok(Exit::Failed);
            }
            add(&offer, &folder, paths)
        }
        PackageVerb::Remove { project, package } => {
            let folder = find(project, paths)?;
            let wanted = wanted(&folder, paths);
            let remove = || packages::remove(package, &wanted, &mut tell, &cancel());
            tools::signing(&folder, paths, remove).map_err(failure)?;
            say(&format!("loom: removed {package}"));
            Ok(Exit::Ok)
        }
    }
}

/// `loom new-package`.
pub fn new(name: &str) -> Result<Exit, Failure> {
    let folder = packages::create(name, Path::new(".")).map_err(failure)?;
    writeln!(io::stdout(), "{}", folder.display())?;
    say(&format!(
        "made the package {name}; test it with pytest in its folder, and use it with: loom package add PROJECT {}",
        folder.display()
    ));
    Ok(Exit::Ok)
}

fn find(project: &Path, paths: &Paths) -> Result<std::path::PathBuf, Failure> {
    project::find(project, &paths.userdata).map_err(Failure::usage)
}

fn wanted(project: &Path, paths: &Paths) -> Wanted {
    let (settings, _) = Settings::load(&paths.userdata);
    // Of one that cannot be opened nothing is known, and it is not told here.
    let opened = Opened::open(project, paths);
    let needs = opened.map(|opened| opened.needs()).unwrap_or_default();
    tools::wanted(project, needs, &settings, paths)
}

fn failure(error: PackageError) -> Failure {
    match error {
        PackageError::Environment(error) => tools::failure(error),
        error => Failure::usage(error),
    }
}

fn look(package: &str, project: &Path, paths: &Paths) -> Result<Offer, Failure> {
    let what = What::of(package).map_err(failure)?;
    let (catalog, _) = library(project, paths);
    let mut wanted = wanted(project, paths);
    if !project.is_dir() {
        // The tools start in a folder that is there.
        wanted.project = by_call::own(&std::env::temp_dir());
    }
    packages::inspect(what, &wanted, &catalog, &mut tell, &cancel()).map_err(failure)
}

fn show(offer: &Offer) -> io::Result<()> {
    let mut out = plain::Lines(io::stdout().lock());
    match offer.about.summary.as_str() {
        "" => writeln!(out, "{}", offer.title())?,
        summary => writeln!(out, "{}: {summary}", offer.title())?,
    }
    writeln!(out, "brings")?;
    for (family, kinds) in offer.families() {
        family_lines(&mut out, family, kinds)?;
    }
    writeln!(out, "needs")?;
    let python = &offer.about.requires_python;
    if !python.is_empty() {
        writeln!(out, "  Python {python}")?;
    }
    for need in &offer.needs {
        writeln!(out, "  {need}")?;
    }
    if python.is_empty() && offer.needs.is_empty() {
        writeln!(out, "  nothing")?;
    }
    for note in &offer.notes {
        writeln!(out, "note: {note}")?;
    }
    out.flush()
}

fn family_lines(
    out: &mut impl Write,
    family: &Name,
    kinds: &[std::sync::Arc<NodeKind>],
) -> io::Result<()> {
    writeln!(out, "  {family}")?;
    for kind in kinds {
        let in_short = match &kind.state {
            KindState::Broken { .. } => "cannot be used",
            _ => &kind.summary,
        };
        writeln!(out, "    {:<28} {:<28} {in_short}", kind.title, kind.id())?;
    }
    Ok(())
}

/// Asks on a terminal; a script says `--yes`.
fn is_wanted(offer: &Offer) -> Result<bool, Failure> {
    if !io::stdin().is_terminal() {
        let text = "nothing was installed: say --yes to install what is listed above";
        return Err(Failure::usage(text));
    }
    Ok(tools::is_yes(&format!("Install {}?", offer.title())))
}

fn add(offer: &Offer, project: &Path, paths: &Paths) -> Result<Exit, Failure> {
    let mut wanted = wanted(project, paths);
    let add = || packages::add(offer, &wanted, &mut tell, &cancel());
    let added = tools::signing(project, paths, add).map_err(failure)?;
    match added {
        Added::Line(line) => {
            tools::confirm(&parse(&line), &mut wanted, paths)?;
            say(&format!(
                "loom: added {}; requirements.txt asks for it: {line}",
                offer.title()
            ));
        }
        Added::Folder(folder) => {
            tools::signed(project, paths, std::slice::from_ref(&folder));
            say(&format!(
                "loom: its nodes are a part of the project now: {}",
                folder.display()
            ));
        }
    }
    Ok(Exit::Ok)
}

fn list(project: &Path) -> Result<Exit, Failure> {
    let mut out = io::stdout().lock();
    for installed in packages::installed(project) {
        let about = &installed.package.about;
        let families: Vec<_> = about.family_names().collect();
        let line = installed.line.as_deref();
        writeln!(
            out,
            "{:<28} {:<10} {:<28} {}",
            about.name,
            about.version,
            families.join(", "),
            line.unwrap_or("needed by another package")
        )?;
    }
    Ok(Exit::Ok)
}
