//! What a call of `loom` may say. Reads the call and nothing else.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

const EXIT_CODES: &str = "Exit codes: 0 all nodes ran; 1 a node failed or could not be run; 2 the call or the project \
is wrong; 3 the environment could not be built or the engine not be started; 130 cancelled.";

/// Build Python programs as node graphs. Without a verb the window opens, on PROJECT if one is named.
#[derive(Debug, Parser)]
#[command(name = "loom", version, subcommand_precedence_over_arg = true)]
pub struct Args {
    /// A folder with a savefile.json, or that file, or the name of a project in userdata; or a .loom file, or a picture
    /// of a graph.
    pub project: Option<PathBuf>,
    /// The folder of projects, settings and state, in place of the usual one.
    #[arg(long, global = true, value_name = "DIR")]
    pub userdata: Option<PathBuf>,
    /// Open a window of its own, also where one is open already.
    #[arg(long)]
    pub new_window: bool,
    #[command(subcommand)]
    pub verb: Option<Verb>,
}

#[derive(Debug, Subcommand)]
pub enum Verb {
    Run(RunOptions),
    /// Say what is not sound in a project, without running anything. Exit code 1 when something would fail.
    Check {
        /// A folder with a savefile.json, or that file, or the name of a project in userdata.
        #[arg(required_unless_present = "nodes")]
        project: Option<PathBuf>,
        /// Run the example of every node, in an environment made for it; also those of the project's own nodes.
        #[arg(long)]
        nodes: bool,
    },
    /// List the nodes that are known, read from their sources.
    Nodes {
        /// Also the nodes of this project.
        project: Option<PathBuf>,
        /// One JSON array.
        #[arg(long)]
        json: bool,
    },
    /// Draw the graph of a project, as a picture that opens as the graph again. Runs nothing.
    Picture {
        /// A folder with a savefile.json, or that file, or the name of a project in userdata.
        project: PathBuf,
        /// The file to write, a .png or an .svg.
        file: PathBuf,
        #[arg(long, value_name = "THEME", default_value = "dark")]
        theme: Ground,
    },
    /// Make an empty project in the userdata folder.
    New {
        /// Its name, which its folder gets.
        name: String,
    },
    /// Make a node package that tests itself, as the start of your own, in a new folder.
    NewPackage {
        /// Its name, such as loom-shapes, which its folder gets.
        name: String,
    },
    /// The packages and the Python of a project: list them, change them, go back.
    #[command(subcommand)]
    Env(EnvVerb),
    /// Node packages of a project: list, look into, add and remove them.
    #[command(subcommand)]
    Package(PackageVerb),
    /// Say what differs between two versions of a savefile: nodes, links, values. Exit code 1 when something does.
    Diff {
        /// Two savefiles, or folders with one.
        #[arg(required = true, num_args = 2..)]
        files: Vec<PathBuf>,
        /// As git calls its diff programs.
        #[arg(long)]
        git: bool,
        /// One JSON array.
        #[arg(long, conflicts_with = "git")]
        json: bool,
    },
    /// Merge two versions of a savefile that were made of one, node by node, into OURS. Exit code 1 when both changed the
    /// same; what that is is told.
    Merge {
        base: PathBuf,
        ours: PathBuf,
        theirs: PathBuf,
        /// The file to write in place of OURS.
        #[arg(long, value_name = "FILE")]
        output: Option<PathBuf>,
        /// Whose version is taken where both changed the same.
        #[arg(long, value_name = "SIDE")]
        favour: Option<Favour>,
        /// What messages call the file, where OURS is a temporary one: git's %P.
        #[arg(long, value_name = "NAME")]
        path: Option<PathBuf>,
    },
    /// Write a project as one .loom file, to be opened elsewhere. Runs nothing.
    Export {
        /// A folder with a savefile.json, or that file, or the name of a project in userdata.
        project: PathBuf,
        /// The file to write, also over one that is there; otherwise one with the project's name, where none is.
        #[arg(long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Make a project of a .loom file; or copy the projects and nodes of another userdata folder, such as one of the
    /// first Loom, which stays as it is.
    Import {
        /// A .loom file; or a userdata folder, the folder around it, or one project.
        #[arg(value_name = "FILE|FOLDER")]
        from: PathBuf,
        /// The nodes beside the folder are meant for all projects: take them without asking.
        #[arg(long, conflicts_with = "without_nodes")]
        yes: bool,
        /// Leave them to the projects that use them.
        #[arg(long)]
        without_nodes: bool,
    },
}

/// Whose version is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Favour {
    Ours,
    Theirs,
}

#[derive(Debug, Subcommand)]
pub enum EnvVerb {
    /// List what is installed: versions, sizes, and what asks for each.
    List {
        /// A folder with a savefile.json, or that file, or the name of a project in userdata.
        project: PathBuf,
        /// Also ask the package index which are outdated.
        #[arg(long)]
        outdated: bool,
        /// One JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Add packages, such as numpy or "pandas>=2".
    Add {
        #[command(flatten)]
        options: EnvChange,
        /// As they would stand in a requirements.txt; behind `--` where they begin with a hyphen.
        #[arg(required = true)]
        requirements: Vec<String>,
    },
    /// Remove packages, and what only they needed.
    Remove {
        #[command(flatten)]
        options: EnvChange,
        #[arg(required = true)]
        names: Vec<String>,
    },
    /// Take the newest versions that go together; of all packages when none is named.
    Upgrade {
        #[command(flatten)]
        options: EnvChange,
        names: Vec<String>,
    },
    /// Hold packages to the versions that are installed.
    Pin {
        #[command(flatten)]
        options: EnvChange,
        #[arg(required = true)]
        names: Vec<String>,
    },
    /// Let pinned packages go again.
    Unpin {
        #[command(flatten)]
        options: EnvChange,
        #[arg(required = true)]
        names: Vec<String>,
    },
    /// List the versions of Python, or make the environment with another one.
    Python {
        project: PathBuf,
        /// Such as 3.12; `any` takes the first that is new enough.
        version: Option<String>,
        /// One JSON array.
        #[arg(long)]
        json: bool,
    },
    /// Say what making the environment as requirements.txt asks would change.
    Plan {
        project: PathBuf,
        /// One JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Confirm lines of requirements.txt that are more than packages of the index; without one, list those that wait.
    Allow {
        project: PathBuf,
        /// The line as it stands there; behind `--` where it begins with a hyphen.
        lines: Vec<String>,
    },
    /// Return to the environment before the last change; doing it again returns.
    Back { project: PathBuf },
    /// Look a package up in the package index, by its exact name.
    Search {
        project: PathBuf,
        name: String,
        /// One JSON object.
        #[arg(long)]
        json: bool,
    },
}

/// What all changes of an environment take.
#[derive(Debug, clap::Args)]
pub struct EnvChange {
    /// A folder with a savefile.json, or that file, or the name of a project in userdata.
    pub project: PathBuf,
    /// Only say what would be changed.
    #[arg(long)]
    pub plan: bool,
    /// Without a question, also of options, addresses and folders.
    #[arg(long)]
    pub yes: bool,
    /// One JSON object.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
pub enum PackageVerb {
    /// List the packages of a project that bring nodes.
    List {
        /// A folder with a savefile.json, or that file, or the name of a project in userdata.
        project: PathBuf,
    },
    /// Say what a package brings and needs, without installing it.
    Show {
        /// A folder, a .whl file, or the name of a package in the package index.
        package: String,
        /// The project that it is meant for, whose nodes may have the same names.
        #[arg(long, value_name = "PROJECT")]
        project: Option<PathBuf>,
    },
    /// Say what a package brings and needs, and install it into a project.
    Add {
        /// A folder with a savefile.json, or that file, or the name of a project in userdata.
        project: PathBuf,
        /// A folder, a .whl file, or the name of a package in the package index, such as "loom-shapes>=1".
        package: String,
        /// Install without asking.
        #[arg(long, short)]
        yes: bool,
    },
    /// Take a package out of a project and of its environment.
    Remove {
        /// A folder with a savefile.json, or that file, or the name of a project in userdata.
        project: PathBuf,
        /// Its name.
        package: String,
    },
}

/// What a picture is drawn on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Ground {
    Dark,
    Light,
}

/// Run a project without a window. Naming a project here is consent to run its code.
#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_CODES)]
pub struct RunOptions {
    /// A folder with a savefile.json, or that file, or the name of a project in userdata.
    pub project: PathBuf,
    /// Give an input another value for this call; NODE is a node's id or its unique title.
    #[arg(long, value_name = "NODE.PORT=VALUE")]
    pub set: Vec<String>,
    /// Where a secret is: NAME=env:VARIABLE or NAME=file:PATH; others are looked for in the keychain, or asked for.
    #[arg(long, value_name = "NAME=PLACE")]
    pub secret: Vec<String>,
    /// Run only this node and what it needs; may be given several times.
    #[arg(long, value_name = "NODE")]
    pub to: Vec<String>,
    /// Write the value of this output to standard output; may be given several times.
    #[arg(long, value_name = "NODE.PORT")]
    pub print: Vec<String>,
    /// Run so many times in the same engine.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub repeat: u32,
    /// How many nodes may run at the same time.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=256))]
    pub workers: Option<u32>,
    /// Write every image and figure that was made to this folder, as a PNG.
    #[arg(long, value_name = "DIR")]
    pub pictures: Option<PathBuf>,
    /// Write every event to standard output as a line of JSON.
    #[arg(long)]
    pub json: bool,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_definition_is_sound() {
        Args::command().debug_assert();
    }

    #[test]
    fn a_verb_wins_over_a_project_and_userdata_stands_anywhere() {
        for (call, verb, project) in [
            ("loom", "none", None),
            ("loom examples/coins", "none", Some("examples/coins")),
            ("loom --userdata u coins", "none", Some("coins")),
            ("loom --userdata u run coins", "run coins", None),
            (
                "loom run --userdata u coins --set a.b=-3 --to x --to y",
                "run coins",
                None,
            ),
            ("loom nodes --json", "nodes", None),
            ("loom ./run", "none", Some("./run")),
        ] {
            let args = Args::try_parse_from(call.split(' ')).unwrap();
            let found = match &args.verb {
                None => "none".to_owned(),
                Some(Verb::Run(options)) => format!("run {}", options.project.display()),
                Some(Verb::Nodes { .. }) => "nodes".to_owned(),
                other => format!("{other:?}"),
            };
            assert_eq!(found, verb, "{call}");
            assert_eq!(
                args.project.as_deref(),
                project.map(std::path::Path::new),
                "{call}"
            );
            assert_eq!(
                args.userdata.is_some(),
                call.contains("--userdata"),
                "{call}"
            );
        }
        for call in [
            "loom run",
            "loom run a --repeat 0",
            "loom run a --workers 0",
            "loom run a --no-such",
            "loom picture a",
            "loom picture a b.png --theme blue",
        ] {
            let error = Args::try_parse_from(call.split(' ')).unwrap_err();
            assert_eq!(error.exit_code(), 2, "{call}");
        }
    }
}
