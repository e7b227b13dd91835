//! Differences in the words of the window: without ids, and of many only how many they are. Pure.

use std::collections::BTreeMap;

use super::{Change, Difference, Subject};

/// So many are named; of more it is told how many there are.
const NAMED: usize = 2;

/// What happened, in half a sentence: `"Round" changed`, or `2 nodes added, 1 link removed`.
pub fn in_few_words(differences: &[Difference]) -> String {
    let parts: Vec<String> = if differences.len() <= NAMED {
        let named = |it: &Difference| format!("{} {}", named(&it.subject), verb(it.change));
        differences.iter().map(named).collect()
    } else {
        let mut counts = BTreeMap::new();
        for difference in differences {
            let (order, noun) = match difference.subject {
                Subject::Node { .. } => (0, "node"),
                Subject::Link { .. } => (1, "link"),
                Subject::Subgraph { .. } => (2, "subgraph"),
                Subject::File => (3, "description"),
            };
            let key = (
                order,
                noun,
                difference.change as u8,
                verb(difference.change),
            );
            *counts.entry(key).or_insert(0_usize) += 1;
        }
        let counted = |((_, noun, _, verb), count): (&(u8, &str, u8, &str), &usize)| {
            let plural = if *count == 1 { "" } else { "s" };
            format!("{count} {noun}{plural} {verb}")
        };
        counts.iter().map(counted).collect()
    };
    parts.join(", ")
}

/// What is different and how, for a line of its own: `"Round": digits 1 -> 2`.
pub fn in_words(difference: &Difference) -> String {
    let subject = named(&difference.subject);
    if difference.change != Change::Changed {
        return format!("{subject} {}", verb(difference.change));
    }
    let details: Vec<_> = difference.details.iter().map(ToString::to_string).collect();
    format!("{subject}: {}", details.join(", "))
}

fn verb(change: Change) -> &'static str {
    match change {
        Change::Added => "added",
        Change::Removed => "removed",
        Change::Changed => "changed",
    }
}

fn named(subject: &Subject) -> String {
    match subject {
        Subject::File => "the project's description".to_owned(),
        Subject::Subgraph { title, .. } => format!("subgraph \"{title}\""),
        Subject::Node { title, .. } => format!("\"{title}\""),
        Subject::Link { text, .. } => format!("link {text}"),
    }
}
