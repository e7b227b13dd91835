//! Help: a docstring made readable: paragraphs, a table of arguments, examples. Knows docstrings, no nodes.

use egui::{Grid, Label, RichText, Ui};

use super::theme;

/// A piece of a docstring.
#[derive(Clone, Debug, PartialEq)]
enum Block {
    Text(String),
    Heading(String),
    /// Names and what they mean.
    Table(Vec<(String, String)>),
    /// Kept line by line.
    Code(String),
}

/// Show the docstring `help`, over the width that is there.
pub fn help_ui(ui: &mut Ui, help: &str) {
    let palette = theme::palette(ui.ctx());
    for (i, block) in blocks(help).iter().enumerate() {
        match block {
            Block::Text(text) => {
                ui.add(Label::new(text).wrap().selectable(true));
            }
            Block::Heading(text) => {
                ui.add_space(theme::GAP / 2.0);
                ui.label(RichText::new(text).small().color(palette.text_weak));
            }
            Block::Table(rows) => {
                Grid::new(("help", i)).num_columns(2).show(ui, |ui| {
                    for (name, text) in rows {
                        ui.label(RichText::new(name).monospace().color(palette.text_strong));
                        ui.add(Label::new(text).wrap().selectable(true));
                        ui.end_row();
                    }
                });
            }
            Block::Code(code) => {
                theme::well_frame(palette).show(ui, |ui| {
                    ui.take_available_width();
                    let code = RichText::new(code).monospace();
                    ui.add(Label::new(code).wrap().selectable(true));
                });
            }
        }
    }
}

/// A docstring in Google's style as blocks; what is in no section is paragraphs.
fn blocks(help: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines = help.lines().peekable();
    while let Some(line) = lines.next() {
        let trimmed = line.trim();
        if trimmed.is_empty() {
            continue;
        }
        let heading = trimmed
            .strip_suffix(':')
            .filter(|word| !line.starts_with(' ') && word.chars().all(char::is_alphabetic));
        let Some(heading) = heading else {
            let mut text = trimmed.to_owned();
            while let Some(next) = lines.next_if(|next| is_more(next)) {
                text.push(' ');
                text.push_str(next.trim());
            }
            blocks.push(Block::Text(text));
            continue;
        };
        let mut body = Vec::new();
        while let Some(next) = lines.next_if(|next| next.is_empty() || next.starts_with(' ')) {
            body.push(next);
        }
        let indent = body
            .iter()
            .filter(|line| !line.trim().is_empty())
            .map(|line| line.len() - line.trim_start().len())
            .min()
            .unwrap_or(0);
        let body: Vec<_> = body
            .iter()
            .map(|line| line.get(indent..).unwrap_or(""))
            .collect();
        let body = body.join("\n").trim().to_owned();
        if body.is_empty() {
            continue;
        }
        match heading {
            "Args" | "Arguments" | "Parameters" => {
                blocks.push(Block::Heading("Inputs".into()));
                blocks.push(Block::Table(table(&body)));
            }
            "Example" | "Examples" => {
                blocks.push(Block::Heading("Example".into()));
                blocks.push(Block::Code(body));
            }
            other => {
                blocks.push(Block::Heading(other.into()));
                let joined = body.lines().map(str::trim).collect::<Vec<_>>();
                blocks.push(Block::Text(joined.join(" ")));
            }
        }
    }
    blocks
}

/// Does the line go on with the paragraph before it?
fn is_more(line: &str) -> bool {
    let is_heading = line.ends_with(':') && line.chars().all(|c| c.is_alphabetic() || c == ':');
    !line.trim().is_empty() && !is_heading
}

/// `name: what it means`, further lines indented; a type in brackets after the name is left out, the ports say it.
fn table(body: &str) -> Vec<(String, String)> {
    let mut rows: Vec<(String, String)> = Vec::new();
    for line in body.lines().filter(|line| !line.trim().is_empty()) {
        match (line.split_once(':'), rows.last_mut()) {
            (Some((name, text)), _) if !line.starts_with(' ') => {
                let name = name.split('(').next().unwrap_or(name).trim();
                rows.push((name.to_owned(), text.trim().to_owned()));
            }
            (_, Some((_, text))) => {
                text.push(' ');
                text.push_str(line.trim());
            }
            (_, None) => rows.push((String::new(), line.trim().to_owned())),
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_docstring_is_taken_apart() {
        let help = "Split a table in two.\n\nRows at the limit\ncount as warm.\n\nArgs:\n    table: Rows with one\n        \
                    temperature each.\n    column (str): Its name.\n\nReturns:\n    Both parts.\n\nExample:\n    limit 20\n\n      \
                    gives 25";
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(
            blocks(help),
            [
                Block::Text("Split a table in two.".into()),
                Block::Text("Rows at the limit count as warm.".into()),
                Block::Heading("Inputs".into()),
                Block::Table(vec![
                    pair("table", "Rows with one temperature each."),
                    pair("column", "Its name."),
                ]),
                Block::Heading("Returns".into()),
                Block::Text("Both parts.".into()),
                Block::Heading("Example".into()),
                Block::Code("limit 20\n\n  gives 25".into()),
            ]
        );
        assert_eq!(blocks(""), []);
        assert_eq!(blocks("Args:\n"), []);
    }
}
