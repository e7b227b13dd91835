//! Search: where a text is in a source, which place is next, and another in its stead. Pure.

use std::ops::Range;

/// All places of `query`, in their order, none over another. Without capitals in it they do not count.
pub fn places(text: &str, query: &str) -> Vec<Range<usize>> {
    if query.is_empty() {
        return Vec::new();
    }
    if query.chars().any(char::is_uppercase) {
        let found = text.match_indices(query);
        return found.map(|(at, found)| at..at + found.len()).collect();
    }
    // Letter by letter: small forms may have other lengths.
    let wanted: Vec<char> = query.chars().collect();
    let letters: Vec<(usize, char)> = text.char_indices().collect();
    let is_same = |a: char, b: char| a == b || a.to_lowercase().eq(b.to_lowercase());
    let mut places = Vec::new();
    let mut at = 0;
    while at + wanted.len() <= letters.len() {
        let here = &letters[at..at + wanted.len()];
        let is_it = here.iter().zip(&wanted).all(|((_, a), b)| is_same(*a, *b));
        if is_it {
            let end = letters
                .get(at + wanted.len())
                .map_or(text.len(), |(end, _)| *end);
            places.push(letters[at].0..end);
            at += wanted.len();
        } else {
            at += 1;
        }
    }
    places
}

/// The place after a selection, or before it; round at the ends.
pub fn step(places: &[Range<usize>], from: &Range<usize>, is_forward: bool) -> Option<usize> {
    let last = places.len().checked_sub(1)?;
    let next = if is_forward {
        let after = |place: &Range<usize>| place.start >= from.end && *place != *from;
        places.iter().position(after).unwrap_or(0)
    } else {
        let before = |place: &Range<usize>| place.end <= from.start && *place != *from;
        places.iter().rposition(before).unwrap_or(last)
    };
    Some(next)
}

/// The text with another in place of all that was found.
pub fn replaced(text: &str, places: &[Range<usize>], with: &str) -> String {
    let mut new = String::with_capacity(text.len());
    let mut at = 0;
    for place in places {
        new.push_str(&text[at..place.start]);
        new.push_str(with);
        at = place.end;
    }
    new.push_str(&text[at..]);
    new
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_found_and_replaced() {
        for (text, query, expected, replaced_by_x) in [
            ("abcABC", "b", &[1, 4][..], "axcAxC"),
            ("abcABC", "B", &[4], "abcAxC"),
            ("aaaa", "aa", &[0, 2], "xx"),
            ("Größe größe", "größe", &[0, 8], "x x"),
            ("a.b", ".", &[1], "axb"),
            ("abc", "", &[], "abc"),
            ("ab", "abc", &[], "ab"),
            ("", "a", &[], ""),
        ] {
            let found = places(text, query);
            let starts: Vec<usize> = found.iter().map(|place| place.start).collect();
            assert_eq!(starts, expected, "{query} in {text}");
            assert_eq!(replaced(text, &found, "x"), replaced_by_x);
        }
    }

    #[test]
    fn steps_go_round() {
        let places = [2..4, 6..8, 10..12];
        for (from, is_forward, expected) in [
            (0..0, true, 0),
            (2..4, true, 1),
            (5..5, true, 1),
            (10..12, true, 0),
            (10..12, false, 1),
            (2..4, false, 2),
            (9..9, false, 1),
        ] {
            assert_eq!(step(&places, &from, is_forward), Some(expected), "{from:?}");
        }
        assert_eq!(step(&[], &(0..0), true), None);
    }
}
