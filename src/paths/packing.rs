//! The files that an installed program carries, as one compressed piece and a list. `build.rs` packs with it as well, so it
//! uses nothing else of Loom.

use std::fmt::Write as _;

/// The list and the content of `files`. The list has one line a file: its length, a checksum of its content, its name.
pub fn pack(files: &[(String, Vec<u8>)]) -> (String, Vec<u8>) {
    let (mut list, mut content) = (String::new(), Vec::new());
    for (name, bytes) in files {
        // FNV-1a: it need only tell one build from the next.
        let sum = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| {
            (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        });
        writeln!(list, "{:8} {sum:016x} {name}", bytes.len()).expect("a text takes all");
        content.extend_from_slice(bytes);
    }
    (list, miniz_oxide::deflate::compress_to_vec(&content, 9))
}
