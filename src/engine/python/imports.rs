//! Trying the modules of packages that were installed, before their environment takes its place.

use std::path::Path;
use std::time::Duration;

use super::child::{self, Ending};
use super::{CancelFlag, EnvironmentError, Progress, interpreter};

/// Imports what a package brings: the module of its name if there is one, else any of its modules will do.
const TRY: &str = r#"
import importlib, importlib.metadata, re, sys
name = sys.argv[1]
tops = []
for file in importlib.metadata.files(name) or []:
    top = file.parts[0]
    if len(file.parts) == 1:
        top = top.split(".")[0] if top.endswith((".py", ".so", ".pyd")) else ""
    elif file.parts[1] != "__init__.py":
        continue
    if top.isidentifier() and not top.startswith("_") and top not in tops and top not in ("tests", "test", "docs"):
        tops.append(top)
plain = re.sub("[-_.]", "", name).lower()
tops = [top for top in tops if top.replace("_", "").lower() == plain] or tops
why = None
for top in tops:
    try:
        importlib.import_module(top)
        why = None
        break
    except BaseException as error:
        why = why or f"import {top}: {type(error).__name__}: {error}"
print("loom|" + (why or "").replace("\n", " "))
"#;

pub fn try_them(
    environment: &Path,
    packages: &[String],
    progress: &mut dyn FnMut(Progress),
    cancel: &CancelFlag,
) -> Result<(), EnvironmentError> {
    for package in packages {
        progress(Progress::Step(format!("Trying to import {package}")));
        let mut command = child::command(interpreter(environment), environment);
        command.args(["-I", "-c", TRY, package]);
        let limit = Some(Duration::from_mins(2));
        let outcome = child::run(command, limit, &mut |_| (), cancel);
        let said = outcome
            .output
            .iter()
            .rev()
            .find_map(|line| line.strip_prefix("loom|"));
        let why = match (outcome.ending, said) {
            (Ending::Cancelled, _) => return Err(EnvironmentError::Cancelled),
            (Ending::Done, Some("")) => continue,
            (_, Some(why)) => why.to_owned(),
            (_, None) => outcome.output.last().cloned().unwrap_or_default(),
        };
        return Err(EnvironmentError::Import {
            package: package.clone(),
            why,
        });
    }
    Ok(())
}
