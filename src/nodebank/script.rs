//! The block at the top of a Python file that names the packages it needs (PEP 723: inline script metadata). Reads
//! text alone.

/// The packages that a source names, as they would stand in a `requirements.txt`; none when it has no block.
///
/// Fails with a sentence when the block is not what PEP 723 says.
pub fn dependencies(source: &str) -> Result<Vec<String>, String> {
    let Some(block) = block(source)? else {
        return Ok(Vec::new());
    };
    let table: toml::Table = block.parse().map_err(|error: toml::de::Error| {
        format!("its `# /// script` block is no TOML: {}", error.message())
    })?;
    let Some(named) = table.get("dependencies") else {
        return Ok(Vec::new());
    };
    let texts = named.as_array().and_then(|list| {
        list.iter()
            .map(|item| item.as_str().map(str::to_owned))
            .collect()
    });
    texts
        .ok_or_else(|| "in its `# /// script` block, `dependencies` is no list of texts".to_owned())
}

/// The content of the block, without the comment signs.
pub fn block(source: &str) -> Result<Option<String>, String> {
    let mut found = None;
    let mut lines = source.lines();
    while let Some(line) = lines.next() {
        if line.trim_end() != "# /// script" {
            continue;
        }
        if found.is_some() {
            return Err("it has two `# /// script` blocks".to_owned());
        }
        let body: Vec<&str> = lines
            .clone()
            .take_while(|line| *line == "#" || line.starts_with("# "))
            .collect();
        // It ends at the last `# ///` of the comment, so that the content may hold one too.
        let Some(end) = body.iter().rposition(|line| line.trim_end() == "# ///") else {
            return Err("its `# /// script` block is not closed by `# ///`".to_owned());
        };
        let content: Vec<&str> = body[..end]
            .iter()
            .map(|line| line.get(2..).unwrap_or_default())
            .collect();
        found = Some(content.join("\n"));
        lines.nth(end);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_read_as_the_standard_says() {
        let cases: [(&str, Result<&[&str], &str>); 9] = [
            ("import os\n", Ok(&[])),
            (
                "# /// script\n# dependencies = [\"pandas\", \"numpy>=2\"]\n# ///\n",
                Ok(&["pandas", "numpy>=2"]),
            ),
            (
                "#!/bin/sh\n\n# /// script\n# requires-python = \">=3.11\"\n#\n# dependencies = [\n#   \"rich\",\n# ]\n# ///\nx = 1\n",
                Ok(&["rich"]),
            ),
            (
                "# /// script\n# requires-python = \">=3.11\"\n# ///\n",
                Ok(&[]),
            ),
            ("# /// tool\n# dependencies = [\"no\"]\n# ///\n", Ok(&[])),
            (
                "# /// script\n# dependencies = [\"a\"]\n",
                Err("not closed"),
            ),
            (
                "# /// script\n# dependencies = \"a\"\n# ///\n",
                Err("no list"),
            ),
            ("# /// script\n# dependencies = [\n# ///\n", Err("no TOML")),
            ("# /// script\n# ///\n\n# /// script\n# ///\n", Err("two")),
        ];
        for (source, expected) in cases {
            match (dependencies(source), expected) {
                (Ok(found), Ok(expected)) => assert_eq!(found, expected, "{source}"),
                (Err(found), Err(expected)) => {
                    assert!(found.contains(expected), "{source}: {found}");
                }
                (found, _) => panic!("{source}: {found:?}"),
            }
        }
    }
}
