//! Docstrings: summary, help, and the help of each input from an `Args:` section (Google's style), a `Parameters`
//! section (NumPy's) or `:param name:` lines (Sphinx's). Reads text alone.

/// What a docstring says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Docstring {
    /// The first line.
    pub summary: String,
    /// Everything, without the indentation that it has in the source.
    pub help: String,
    /// By input; paragraphs are put together.
    pub inputs: Vec<(String, String)>,
}

impl Docstring {
    pub fn read(text: &str) -> Self {
        let help = without_indentation(text);
        let lines: Vec<&str> = help.lines().collect();
        let mut inputs = google(&lines);
        inputs.extend(numpy(&lines));
        inputs.extend(sphinx(&lines));
        Self {
            summary: lines.first().copied().unwrap_or_default().to_owned(),
            inputs,
            help,
        }
    }

    pub fn input(&self, name: &str) -> &str {
        self.inputs
            .iter()
            .find(|(input, _)| input == name)
            .map_or("", |(_, help)| help)
    }
}

/// As `inspect.cleandoc` does: the first line stripped, the others less their common indentation.
fn without_indentation(text: &str) -> String {
    let text = text.replace('\t', "        ");
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default().trim();
    let rest: Vec<&str> = lines.map(str::trim_end).collect();
    let common = rest
        .iter()
        .filter(|line| !line.is_empty())
        .map(|line| indentation(line))
        .min()
        .unwrap_or(0);
    let mut help = first.to_owned();
    for line in rest {
        help.push('\n');
        help.push_str(line.get(common..).unwrap_or_default());
    }
    help.trim_matches('\n').trim_end().to_owned()
}

/// Bytes of space before the text; only plain spaces count, so that it is a place to cut at.
fn indentation(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

fn append(help: &mut String, more: &str) {
    let more = more.trim();
    if !help.is_empty() && !more.is_empty() {
        help.push(' ');
    }
    help.push_str(more);
}

fn google(lines: &[&str]) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        at += 1;
        let is_header = matches!(
            line.trim().to_ascii_lowercase().as_str(),
            "args:"
                | "arguments:"
                | "parameters:"
                | "params:"
                | "inputs:"
                | "keyword args:"
                | "keyword arguments:"
        );
        if !is_header {
            continue;
        }
        let outside = indentation(line);
        let mut of_items = None;
        while let Some(line) = lines.get(at) {
            let inside = indentation(line);
            if !line.is_empty() && inside <= outside {
                break;
            }
            at += 1;
            if line.is_empty() {
                continue;
            }
            let of_items = *of_items.get_or_insert(inside);
            let item = (inside <= of_items).then(|| google_item(line)).flatten();
            match (item, found.last_mut()) {
                (Some((name, help)), _) => found.push((name.to_owned(), help.trim().to_owned())),
                (None, Some((_, help))) => append(help, line),
                (None, None) => {}
            }
        }
    }
    found
}

/// `name: help` or `name (type): help`.
fn google_item(line: &str) -> Option<(&str, &str)> {
    let (name, rest) = identifier(line.trim())?;
    let mut rest = rest.trim_start();
    if rest.starts_with('(') {
        let mut depth = 0_usize;
        let end = rest.char_indices().find(|(_, c)| {
            match c {
                '(' => depth += 1,
                ')' => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0
        });
        rest = &rest[end?.0 + 1..];
    }
    Some((name, rest.trim_start().strip_prefix(':')?))
}

fn numpy(lines: &[&str]) -> Vec<(String, String)> {
    let is_rule = |line: &&str| {
        let line = line.trim();
        line.len() >= 3 && line.bytes().all(|byte| byte == b'-')
    };
    let mut found: Vec<(String, String)> = Vec::new();
    let mut at = 0;
    while at + 1 < lines.len() {
        let is_header = matches!(lines[at].trim(), "Parameters" | "Other Parameters")
            && is_rule(&lines[at + 1]);
        let outside = indentation(lines[at]);
        at += 1;
        if !is_header {
            continue;
        }
        at += 1;
        // `a, b : float` is one entry for two inputs: the lines below belong to both.
        let mut open: Vec<usize> = Vec::new();
        while let Some(line) = lines.get(at) {
            if lines.get(at + 1).is_some_and(is_rule) {
                break;
            }
            at += 1;
            if line.is_empty() {
                continue;
            }
            if indentation(line) > outside {
                for entry in &open {
                    append(&mut found[*entry].1, line);
                }
                continue;
            }
            let names = line.split(':').next().unwrap_or_default();
            open.clear();
            for name in names.split(',') {
                if let Some((name, "")) = identifier(name.trim()) {
                    open.push(found.len());
                    found.push((name.to_owned(), String::new()));
                }
            }
        }
    }
    found
}

fn sphinx(lines: &[&str]) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut of_item = None;
    for line in lines {
        let field = line.trim_start().strip_prefix(":param ");
        if let Some((declared, help)) = field.and_then(|field| field.split_once(':')) {
            // The type may stand before the name: `:param int count:`.
            if let Some(name) = declared.split_whitespace().last() {
                found.push((
                    name.trim_start_matches('*').to_owned(),
                    help.trim().to_owned(),
                ));
                of_item = Some(indentation(line));
            }
            continue;
        }
        match (of_item, found.last_mut()) {
            (Some(outside), Some((_, help))) if !line.is_empty() && indentation(line) > outside => {
                append(help, line);
            }
            _ => of_item = None,
        }
    }
    found
}

/// A name at the start, stars before it left out, and what follows.
fn identifier(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start_matches('*');
    let end = text
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}
