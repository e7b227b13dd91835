//! Layers: the column of each box, from the left. Every line leads to a column farther right, and lines are short.

use std::collections::VecDeque;

use super::Line;

/// The longest way from a source tells the column of a box; then boxes that feed more than they are fed move right, as
/// far as what they feed lets them: a source stands beside its first user. Lines that close a cycle, which there are
/// between frames alone, play no part.
pub(super) fn columns(count: usize, lines: &[Line]) -> Vec<u32> {
    let sorted = sorted(count, lines);
    let mut rank = vec![0; count];
    for (place, i) in sorted.iter().enumerate() {
        rank[*i] = place;
    }
    let mut after = vec![Vec::new(); count];
    let mut fed = vec![0_usize; count];
    for line in lines {
        let (from, to) = (line.from as usize, line.to as usize);
        if rank[from] < rank[to] {
            after[from].push(to);
            fed[to] += 1;
        }
    }
    let mut columns = vec![0_u32; count];
    for &i in &sorted {
        for &to in &after[i] {
            columns[to] = columns[to].max(columns[i] + 1);
        }
    }
    for &i in sorted.iter().rev() {
        // Moving right by one column makes as many lines longer as come in, and as many shorter as go out.
        let nearest = after[i].iter().map(|to| columns[*to]).min();
        if let Some(nearest) = nearest
            && after[i].len() >= fed[i]
        {
            columns[i] = nearest - 1;
        }
    }
    columns
}

/// All boxes so that lines lead to later ones; when a cycle lets no box be next, the first that is left is.
fn sorted(count: usize, lines: &[Line]) -> Vec<usize> {
    let mut after = vec![Vec::new(); count];
    let mut waits_for = vec![0_u32; count];
    for line in lines {
        after[line.from as usize].push(line.to as usize);
        waits_for[line.to as usize] += 1;
    }
    let mut is_sorted = vec![false; count];
    let mut sorted = Vec::with_capacity(count);
    let mut ready: VecDeque<usize> = (0..count).filter(|i| waits_for[*i] == 0).collect();
    let mut stuck = 0..count;
    while let Some(i) = ready.pop_front().or_else(|| stuck.find(|i| !is_sorted[*i])) {
        if std::mem::replace(&mut is_sorted[i], true) {
            continue;
        }
        sorted.push(i);
        for &to in &after[i] {
            waits_for[to] -= 1;
            if waits_for[to] == 0 {
                ready.push_back(to);
            }
        }
    }
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_lead_right_and_sources_stand_beside_their_users() {
        for (lines, expected) in [
            ("", vec![0]),
            ("0>1 1>2", vec![0, 1, 2]),
            ("0>2 1>2", vec![0, 0, 1]),
            // A source that is needed late stands late.
            ("0>1 1>2 3>2", vec![0, 1, 2, 1]),
            // So does a chain.
            ("0>1 1>2 2>3 4>5 5>3", vec![0, 1, 2, 3, 1, 2]),
            // A source of two stands before the first of them.
            ("0>1 1>2 3>1 3>2", vec![0, 1, 2, 0]),
            // What is only fed stays near what feeds it.
            ("0>1 1>2 0>3", vec![0, 1, 2, 1]),
            // A cycle is cut at its first box.
            ("0>1 1>2 2>0 2>3", vec![0, 1, 2, 3]),
            // Two that feed one, which is needed late: they are shorter on its left.
            ("0>1 1>2 2>3 4>6 5>6 6>3", vec![0, 1, 2, 3, 0, 0, 1]),
        ] {
            let lines: Vec<Line> = super::super::tests::lines(lines);
            assert_eq!(columns(expected.len(), &lines), expected, "{lines:?}");
        }
    }
}
