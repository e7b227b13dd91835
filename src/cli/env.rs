//! `loom env`: the packages and the Python of a project. A change is listed before it is made, and made as a whole or
//! not at all.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;

use serde_json::json;

use super::args::{EnvChange, EnvVerb};
use super::project::Opened;
use super::tools::{self, cancel, failure, heed_interrupts, tell, with_consent};
use super::{Exit, Failure, say};
use crate::engine::python::{self, Change, Plan, Renew, Wanted};
use crate::nodebank::package::normal_name;
use crate::paths::Paths;
use crate::plain;
use crate::project::requirements::{self, Line};
use crate::settings::Settings;

pub fn env(verb: &EnvVerb, paths: &Paths) -> Result<Exit, Failure> {
    heed_interrupts();
    match verb {
        EnvVerb::List {
            project,
            outdated,
            json,
        } => list(&mut wanted(project, paths)?, *outdated, *json, paths),
        EnvVerb::Add {
            options,
            requirements,
        } => {
            let lines = meant(requirements, options.yes)?;
            change(options, &Change::Add(requirements.clone()), &lines, paths)
        }
        EnvVerb::Remove { options, names } => {
            change(options, &Change::Remove(names.clone()), &[], paths)
        }
        EnvVerb::Upgrade { options, names } => {
            let renew = match &names[..] {
                [] => Renew::All,
                names => Renew::Only(names.to_vec()),
            };
            change(options, &Change::Upgrade(renew), &[], paths)
        }
        EnvVerb::Pin { options, names } => change(options, &Change::Pin(names.clone()), &[], paths),
        EnvVerb::Unpin { options, names } => {
            change(options, &Change::Unpin(names.clone()), &[], paths)
        }
        EnvVerb::Python {
            project,
            version,
            json,
        } => pythons(wanted(project, paths)?, version.as_deref(), *json, paths),
        EnvVerb::Plan { project, json } => {
            let mut wanted = wanted(project, paths)?;
            let plan = planned(&mut wanted, &Change::AsAsked, paths)?;
            show(&plan, *json, false)?;
            Ok(Exit::Ok)
        }
        EnvVerb::Allow { project, lines } => allow(&mut wanted(project, paths)?, lines, paths),
        EnvVerb::Back { project } => {
            let wanted = wanted(project, paths)?;
            let back = || python::back(&wanted, &mut tell, &cancel());
            let done = tools::signing(&wanted.project, paths, back);
            done.map_err(failure)?;
            say(
                "loom: the environment before is back; `loom env back` again returns to the other one",
            );
            Ok(Exit::Ok)
        }
        EnvVerb::Search {
            project,
            name,
            json,
        } => search(&mut wanted(project, paths)?, name, *json, paths),
    }
}

fn wanted(project: &Path, paths: &Paths) -> Result<Wanted, Failure> {
    let opened = Opened::open(project, paths)?;
    let (settings, _) = Settings::load(&paths.userdata);
    Ok(tools::wanted(
        &opened.folder,
        opened.needs(),
        &settings,
        paths,
    ))
}

fn list(wanted: &mut Wanted, is_asked: bool, json: bool, paths: &Paths) -> Result<Exit, Failure> {
    let mut listing = python::list(&wanted.project);
    let is_foreign = listing.python.is_some() && python::own_interpreter(wanted).is_none();
    if is_foreign {
        say(
            "loom: there is an environment that Loom did not build here, or that was changed since: it is not used, and \
             `loom run` makes another",
        );
        (listing.python, listing.packages) = (None, Vec::new());
    }
    let newer = if is_asked && !is_foreign {
        let outdated = |wanted: &Wanted| python::outdated(wanted, &mut tell, &cancel());
        with_consent(wanted, paths, outdated).map_err(failure)?
    } else {
        std::collections::BTreeMap::new()
    };
    let mut out = io::stdout().lock();
    if json {
        let packages: Vec<_> = listing
            .packages
            .iter()
            .map(|package| {
                json!({
                    "name": package.name,
                    "version": package.version,
                    "newest": newer.get(&normal_name(&package.name)),
                    "summary": package.summary,
                    "size_bytes": package.size_bytes,
                    "line": package.line,
                    "pinned": package.is_pinned,
                    "needed_by": package.needed_by,
                    "node_files": package.files,
                })
            })
            .collect();
        let has_back = python::previous(&wanted.project).is_some();
        let whole =
            json!({"python": listing.python, "packages": packages, "can_go_back": has_back});
        writeln!(out, "{whole}")?;
        return Ok(Exit::Ok);
    }
    if is_foreign {
        return Ok(Exit::Ok);
    }
    let Some(version) = listing.python else {
        say("loom: there is no environment yet; `loom run` makes it, and so does `loom env add`");
        return Ok(Exit::Ok);
    };
    let mut out = plain::Lines(out);
    writeln!(out, "Python {version}")?;
    for package in &listing.packages {
        let mut by = package.needed_by.clone();
        by.extend(package.files.iter().cloned());
        by.extend(package.line.iter().map(|_| "requirements.txt".to_owned()));
        let newest = newer.get(&normal_name(&package.name));
        let newest = newest
            .map(|version| format!("  ({version} is out)"))
            .unwrap_or_default();
        writeln!(
            out,
            "{:<28} {:<12} {:>9}  for {}{newest}",
            package.name,
            package.version,
            size_text(package.size_bytes),
            by.join(", ")
        )?;
    }
    Ok(Exit::Ok)
}

fn size_text(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{:.0} kB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

/// The lines among those of a call that are followed only when somebody says so: with `--yes`, or one by one.
fn meant(lines: &[String], is_sure: bool) -> Result<Vec<Line>, Failure> {
    let parsed = lines.iter().flat_map(|line| requirements::parse(line));
    let asked: Vec<_> = parsed.filter(Line::needs_consent).collect();
    for line in &asked {
        let what = format!("{}: {}", line.text, line.risk());
        if is_sure {
            continue;
        }
        if !io::stdin().is_terminal() {
            return Err(Failure::usage(format!(
                "nothing was changed: {what}; say --yes if you want that"
            )));
        }
        if !tools::is_yes(&format!("{what}. Add it?")) {
            return Err(Failure::usage(format!("{} was not added", line.text)));
        }
    }
    Ok(asked)
}

/// `loom env allow`: without a line, what waits; on a terminal it is asked for.
fn allow(wanted: &mut Wanted, lines: &[String], paths: &Paths) -> Result<Exit, Failure> {
    let waits = python::unconfirmed(wanted).map_err(failure)?;
    let mut said = Vec::new();
    for text in lines {
        let found = waits.iter().find(|asked| asked.line.text == text.trim());
        if let Some(name) = text.trim().strip_prefix("--no-binary ")
            && requirements::is_package(name)
        {
            // That it has no wheel is known only when it is looked for.
            said.push(requirements::built(name));
            continue;
        }
        let Some(asked) = found else {
            return Err(Failure::usage(format!(
                "no line that waits to be confirmed reads \"{text}\"; `loom env allow PROJECT` lists them"
            )));
        };
        said.push(asked.line.clone());
    }
    let mut is_left = false;
    for asked in &waits {
        if said.contains(&asked.line) {
            continue;
        }
        if lines.is_empty()
            && io::stdin().is_terminal()
            && tools::is_yes(&format!("{asked}. Is it meant so?"))
        {
            said.push(asked.line.clone());
            continue;
        }
        is_left = true;
        writeln!(io::stdout(), "{}", plain::text(&asked.to_string()))?;
    }
    tools::confirm(&said, wanted, paths)?;
    Ok(if is_left { Exit::Failed } else { Exit::Ok })
}

fn planned(wanted: &mut Wanted, change: &Change, paths: &Paths) -> Result<Plan, Failure> {
    let plan = |wanted: &Wanted| python::plan(wanted, change, &mut tell, &cancel());
    with_consent(wanted, paths, plan).map_err(failure)
}

/// Plan, show, and do it: whoever names what is to be changed has asked for it. `meant` are its lines that were
/// confirmed, which they stay when it is done.
fn change(
    options: &EnvChange,
    change: &Change,
    meant: &[Line],
    paths: &Paths,
) -> Result<Exit, Failure> {
    let mut wanted = wanted(&options.project, paths)?;
    wanted.confirmed = std::mem::take(&mut wanted.confirmed).with(meant);
    let exit = make(&mut wanted, change, options.json, !options.plan, paths)?;
    if !options.plan {
        tools::confirm(meant, &mut wanted, paths)?;
    }
    Ok(exit)
}

fn make(
    wanted: &mut Wanted,
    change: &Change,
    json: bool,
    applies: bool,
    paths: &Paths,
) -> Result<Exit, Failure> {
    let plan = planned(wanted, change, paths)?;
    show(&plan, json, applies)?;
    if !applies {
        return Ok(Exit::Ok);
    }
    let apply = || python::apply(wanted, &plan, &mut tell, &cancel());
    let done = tools::signing(&wanted.project, paths, apply);
    done.map_err(failure)?;
    say("loom: done; `loom env back` returns to the environment before");
    Ok(Exit::Ok)
}

fn show(plan: &Plan, json: bool, is_done: bool) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let (goes, comes) = plan.lines();
    if json {
        let steps: Vec<_> = plan
            .steps
            .iter()
            .map(|step| json!({"name": step.name, "from": step.from, "to": step.to, "size_bytes": step.size_bytes}))
            .collect();
        let whole = json!({"packages": steps, "lines_removed": goes, "lines_added": comes, "applies": is_done});
        return writeln!(out, "{whole}");
    }
    let mut out = plain::Lines(out);
    for step in &plan.steps {
        let size = step
            .size_bytes
            .map(|bytes| format!("  ({})", size_text(bytes)));
        let size = size.unwrap_or_default();
        match (&step.from, &step.to) {
            (None, Some(to)) => writeln!(out, "+ {} {to}{size}", step.name)?,
            (Some(from), None) => writeln!(out, "- {} {from}", step.name)?,
            (from, to) => {
                let text = |version: &Option<String>| version.clone().unwrap_or_default();
                writeln!(out, "~ {} {} -> {}{size}", step.name, text(from), text(to))?;
            }
        }
    }
    let sizes: Vec<u64> = plan
        .steps
        .iter()
        .filter_map(|step| step.size_bytes)
        .collect();
    if sizes.len() > 1 {
        let whole = size_text(sizes.iter().sum());
        writeln!(out, "{whole} to fetch at most")?;
    }
    if plan.steps.is_empty() {
        writeln!(out, "no package changes")?;
    }
    for line in goes {
        writeln!(out, "requirements.txt - {line}")?;
    }
    for line in comes {
        writeln!(out, "requirements.txt + {line}")?;
    }
    out.flush()
}

fn pythons(
    mut wanted: Wanted,
    version: Option<&str>,
    json: bool,
    paths: &Paths,
) -> Result<Exit, Failure> {
    if let Some(version) = version {
        let version = Some(version).filter(|version| *version != "any");
        if version.is_some_and(|version| !version.chars().all(|c| c.is_ascii_digit() || c == '.')) {
            return Err(Failure::usage(
                "a version of Python is such as 3.12 or 3.12.4, or `any`",
            ));
        }
        let change = Change::Python(version.map(str::to_owned));
        return make(&mut wanted, &change, json, true, paths);
    }
    let found = python::pythons(&wanted, &cancel()).map_err(failure)?;
    let mut out = io::stdout().lock();
    if json {
        let list: Vec<_> = found
            .iter()
            .map(|python| json!({"version": python.version, "program": python.program}))
            .collect();
        writeln!(out, "{}", json!(list))?;
        return Ok(Exit::Ok);
    }
    let mut out = plain::Lines(out);
    for python in found {
        let place = python.program.map(|program| program.display().to_string());
        let place = place.unwrap_or_else(|| "uv can fetch it".to_owned());
        writeln!(out, "{:<10} {place}", python.version)?;
    }
    Ok(Exit::Ok)
}

fn search(wanted: &mut Wanted, name: &str, json: bool, paths: &Paths) -> Result<Exit, Failure> {
    let search = |wanted: &Wanted| python::search(wanted, name, &mut tell, &cancel());
    let found = with_consent(wanted, paths, search).map_err(failure)?;
    let mut out = io::stdout().lock();
    if json {
        let whole = found
            .as_ref()
            .map(|found| json!({"name": found.name, "versions": found.versions}));
        writeln!(out, "{}", json!(whole))?;
    } else if let Some(found) = &found {
        writeln!(out, "{}: {}", found.name, found.versions.join(", "))?;
    }
    if found.is_some() {
        return Ok(Exit::Ok);
    }
    say(&format!(
        "loom: the package index has no {name}; it answers to exact names alone, so check the spelling"
    ));
    Ok(Exit::Failed)
}
