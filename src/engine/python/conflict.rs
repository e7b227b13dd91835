//! What uv and pip say of requirements that do not go together, in plain sentences. Pure.

use super::build;

/// The reason that the output gives for there being no solution; `None`: it failed for another reason.
pub fn words(output: &[String]) -> Option<String> {
    let said = of_uv(output).or_else(|| of_pip(output).filter(|_| !is_unseen(output)))?;
    let mut text = said.split_whitespace().collect::<Vec<_>>().join(" ");
    for (from, to) in [
        (
            ", we can conclude that your requirements are unsatisfiable",
            ", there is no way to have all of them",
        ),
        (" And because ", " Because "),
        ("we can conclude that ", "so "),
        (" depends on ", " needs "),
        ("you require ", "the project asks for "),
        ("==", " "),
        ("in the package registry", "in the package index"),
    ] {
        text = text.replace(from, to);
    }
    Some(text.trim_end_matches('.').to_owned())
}

/// Of an index that does not answer pip says that it has no version at all.
fn is_unseen(output: &[String]) -> bool {
    let is_empty = |line: &String| line.contains("(from versions: none)");
    output.iter().any(is_empty) && build::is_unreached(output)
}

/// What stands behind `╰─▶` below `No solution found`.
fn of_uv(output: &[String]) -> Option<String> {
    let at = output
        .iter()
        .position(|line| line.to_lowercase().contains("no solution found"))?;
    let mut text = String::new();
    for line in &output[at + 1..] {
        let line = line.trim();
        let line = line.trim_start_matches(['╰', '─', '▶', ' ']);
        let line = line
            .strip_prefix("cause:")
            .or_else(|| line.strip_prefix("Caused by:"))
            .unwrap_or(line);
        if line.is_empty() || line.starts_with("hint:") || line.starts_with("(exit") {
            break;
        }
        text.push_str(line.trim());
        text.push(' ');
    }
    (!text.is_empty()).then_some(text)
}

/// `The conflict is caused by:` with who asks for what, or a name or version that is not there.
fn of_pip(output: &[String]) -> Option<String> {
    if let Some(at) = output
        .iter()
        .position(|line| line.contains("The conflict is caused by"))
    {
        let asks = output[at + 1..].iter().map(|line| line.trim());
        let asks: Vec<_> = asks
            .take_while(|line| !line.starts_with("To fix"))
            .filter(|line| !line.is_empty())
            .map(|line| line.replace("The user requested ", "the project asks for "))
            .collect();
        return Some(format!("{}: these do not go together", asks.join(", ")));
    }
    let line = output
        .iter()
        .find(|line| line.contains("No matching distribution found for"))?;
    let what = line.rsplit("found for").next()?.trim();
    let versions = output.iter().find_map(|line| {
        let (_, list) = line.split_once("(from versions: ")?;
        Some(list.trim_end_matches(')').to_owned())
    });
    Some(match versions.as_deref() {
        None | Some("none" | "") => format!("there is no package {what} in the package index"),
        Some(list) => format!("there is no {what} in the package index, which has {list}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_becomes_a_sentence() {
        for (output, expected) in [
            (
                "  × No solution found when resolving dependencies:\n  ╰─▶ Because shapes==1.0 depends on tiny<2 and you \
                 require shapes==1.0, we\n      can conclude that you require tiny<2.\n      And because you require \
                 tiny>=2, we can conclude that your requirements are\n      unsatisfiable.\n",
                Some(
                    "Because shapes 1.0 needs tiny<2 and the project asks for shapes 1.0, so the project asks for \
                     tiny<2. Because the project asks for tiny>=2, there is no way to have all of them",
                ),
            ),
            (
                "ERROR: Cannot install shapes and tiny>=2\n\nThe conflict is caused by:\n    The user requested \
                 tiny>=2\n    shapes 1.0 depends on tiny<2\n\nTo fix this you could try to:",
                Some(
                    "the project asks for tiny>=2, shapes 1.0 needs tiny<2: these do not go together",
                ),
            ),
            (
                "ERROR: Could not find a version that satisfies the requirement nope (from versions: none)\nERROR: No \
                 matching distribution found for nope",
                Some("there is no package nope in the package index"),
            ),
            ("error: Failed to fetch: connection refused", None),
            (
                "WARNING: Retrying after connection broken by 'NewConnectionError'\nERROR: Could not find a version that \
                 satisfies the requirement nope (from versions: none)\nERROR: No matching distribution found for nope",
                None,
            ),
        ] {
            let output: Vec<String> = output.lines().map(str::to_owned).collect();
            assert_eq!(words(&output).as_deref(), expected);
        }
    }
}
