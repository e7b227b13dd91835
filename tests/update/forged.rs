//! What can be wrong with what was signed, with the signature, with this machine, and with the file after it was checked.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests stop at the first surprise"
)]

use std::time::{SystemTime, UNIX_EPOCH};

use loom::update::{How, UpdateError};

use super::hostile::Case;
use super::stage::{Key, MANIFEST, MANIFEST_SIGNATURE, Release, answer, digest, path};
use super::{Came, Try, file_of};

fn published(one: &mut Try, change: impl FnOnce(&mut Release)) -> Result<Came, UpdateError> {
    change(&mut one.release);
    one.publish();
    one.go()
}

/// The same; the signature of the file says the same as the manifest.
fn signed(one: &mut Try, change: impl FnOnce(&mut Release)) -> Result<Came, UpdateError> {
    change(&mut one.release);
    one.release.comment = one.release.right_comment();
    one.publish();
    one.go()
}

fn named(one: &mut Try, name: &str) -> Result<Came, UpdateError> {
    let name = name.to_owned();
    signed(one, |release| release.name = name)
}

fn seconds(ahead: i64) -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    now.as_secs() as i64 + ahead
}

fn remembered(one: &Try, text: &str) {
    std::fs::write(one.userdata.join("updates.json"), text).unwrap();
}

pub const CASES: &[Case] = &[
    (
        "a byte of the file differs",
        |one| {
            one.publish();
            let mut other = one.release.payload.clone();
            *other.last_mut().unwrap() ^= 1;
            one.server.file(&path(&one.release.name), &other);
            one.go()
        },
        "its digest is another",
    ),
    (
        "the manifest has another digest",
        |one| signed(one, |release| release.sha256 = digest(b"other")),
        "its digest is another",
    ),
    (
        "the manifest has another size",
        |one| signed(one, |release| release.size -= 1),
        "the server announces",
    ),
    (
        "the signature of the file is absent",
        |one| {
            one.publish();
            let name = format!("{}.minisig", path(&one.release.name));
            one.server
                .reply(&name, |_, stream| answer(stream, "404 Not Found", "", b""));
            one.go()
        },
        "404",
    ),
    (
        "the signature of the file is of another key",
        |one| {
            one.publish();
            let signature = Key::new().sign(&one.release.payload, &one.release.comment);
            one.server
                .file(&format!("{}.minisig", path(&one.release.name)), &signature);
            one.go()
        },
        "does not know",
    ),
    (
        "the signature of the file is in the old form",
        |one| {
            one.publish();
            let signature = one
                .key
                .sign_as_of_old(&one.release.payload, &one.release.comment);
            one.server
                .file(&format!("{}.minisig", path(&one.release.name)), &signature);
            one.go()
        },
        "does not fit",
    ),
    (
        "the comment of the signature was edited",
        |one| {
            one.release.comment = one.release.comment.replace("1.1.0", "1.2.0");
            one.publish();
            let signature = one.key.sign(&one.release.payload, &one.release.comment);
            let edited = String::from_utf8(signature)
                .unwrap()
                .replace("1.2.0", "1.1.0");
            one.server.file(
                &format!("{}.minisig", path(&one.release.name)),
                edited.as_bytes(),
            );
            one.go()
        },
        "does not fit",
    ),
    (
        "the signature is of another version",
        |one| {
            published(one, |release| {
                release.comment = release.comment.replace("version:1.1.0", "version:1.0.9");
            })
        },
        "of another file",
    ),
    (
        "the signature lacks a field",
        |one| {
            published(one, |release| {
                release.comment = release.comment.replace("app:loom\t", "");
            })
        },
        "of another file",
    ),
    (
        "the signature has a field twice",
        |one| {
            published(one, |release| {
                release.comment += "\tversion:9.9.9";
            })
        },
        "of another file",
    ),
    (
        "the manifest is signed by another key",
        |one| {
            one.release.publish(&one.server, &Key::new());
            one.go()
        },
        "does not know",
    ),
    (
        "the manifest is not signed",
        |one| {
            one.publish();
            one.server.reply(MANIFEST_SIGNATURE, |_, stream| {
                answer(stream, "404 Not Found", "", b"");
            });
            one.go()
        },
        "404",
    ),
    (
        "the signature of the manifest is garbage",
        |one| {
            one.publish();
            one.server.file(MANIFEST_SIGNATURE, b"\xff\xfenothing");
            one.go()
        },
        "cannot be read",
    ),
    (
        "the manifest is signed in the old form",
        |one| {
            one.publish();
            let manifest = one.release.manifest();
            one.server.file(MANIFEST, &manifest);
            one.server
                .file(MANIFEST_SIGNATURE, &one.key.sign_as_of_old(&manifest, "x"));
            one.go()
        },
        "does not fit",
    ),
    (
        "the manifest was edited",
        |one| {
            one.publish();
            let manifest = String::from_utf8(one.release.manifest()).unwrap();
            one.server
                .file(MANIFEST, manifest.replace("1.1.0", "1.1.1").as_bytes());
            one.go()
        },
        "does not fit",
    ),
    (
        "the manifest lies in a file that is far too long",
        |one| {
            one.publish();
            one.server.file(MANIFEST, &vec![b' '; 100_000]);
            one.go()
        },
        "far too long",
    ),
    (
        "a field is missing",
        |one| published(one, |release| release.without.push("expires")),
        "missing field `expires`",
    ),
    (
        "a field stands there twice",
        |one| {
            one.publish();
            let manifest = String::from_utf8(one.release.manifest()).unwrap();
            let manifest = manifest.replacen('{', "{\"seq\": 1,", 1);
            one.server.file(MANIFEST, manifest.as_bytes());
            one.server
                .file(MANIFEST_SIGNATURE, &one.key.sign(manifest.as_bytes(), "x"));
            one.go()
        },
        "duplicate field `seq`",
    ),
    (
        "an older version, signed",
        |one| {
            let payload = one.release.payload.clone();
            signed(one, |release| {
                *release = Release::new("0.9.0", &payload, &How::Installer);
            })
        },
        "",
    ),
    (
        "the same version with other build data",
        |one| {
            let payload = one.release.payload.clone();
            signed(one, |release| {
                *release = Release::new("1.0.0+9", &payload, &How::Installer);
            })
        },
        "",
    ),
    (
        "a candidate of the version that runs",
        |one| {
            let payload = one.release.payload.clone();
            one.takes_betas = true;
            signed(one, |release| {
                *release = Release::new("1.0.0-rc.1", &payload, &How::Installer);
                "beta".clone_into(&mut release.channel);
            })
        },
        "",
    ),
    (
        "a beta in the channel of finished versions",
        |one| {
            let payload = one.release.payload.clone();
            signed(one, |release| {
                *release = Release::new("1.1.0-beta.1", &payload, &How::Installer);
            })
        },
        "no finished version",
    ),
    (
        "a beta that nobody asked for",
        |one| signed(one, |release| "beta".clone_into(&mut release.channel)),
        "another channel",
    ),
    (
        "what is marked as unfinished is called the newest",
        |one| signed(one, |release| release.prerelease = true),
        "not finished",
    ),
    (
        "a draft is called the newest",
        |one| signed(one, |release| release.draft = true),
        "not finished",
    ),
    (
        "a version that is none",
        |one| signed(one, |release| "1.1".clone_into(&mut release.version)),
        "is none",
    ),
    (
        "a version that was withdrawn",
        |one| {
            signed(one, |release| {
                release.min_allowed = Some("1.1.0".to_owned());
            })
        },
        "withdrawn",
    ),
    (
        "a version that was withdrawn in an earlier manifest",
        |one| {
            remembered(one, "{\"min_allowed\": \"1.1.0\"}");
            published(one, |_| {})
        },
        "withdrawn",
    ),
    (
        "a finished version that is marked as unfinished, where betas are taken",
        |one| {
            one.takes_betas = true;
            signed(one, |release| release.prerelease = true)
        },
        "no version is published",
    ),
    (
        "the tag is of another version",
        |one| signed(one, |release| "v1.3.0".clone_into(&mut release.tag)),
        "lies at another",
    ),
    (
        "expired",
        |one| {
            signed(one, |release| {
                (release.published, release.expires) = (-46 * 86_400, -60);
            })
        },
        "cannot be told whether",
    ),
    (
        "published in the future: the clock was set back",
        |one| signed(one, |release| release.published = 3 * 86_400),
        "clock of this machine is behind",
    ),
    (
        "the clock was set back since the last check",
        |one| {
            remembered(
                one,
                &format!("{{\"published_secs\": {}}}", seconds(5 * 86_400)),
            );
            published(one, |_| {})
        },
        "clock of this machine is behind",
    ),
    (
        "a manifest of before",
        |one| {
            remembered(one, "{\"highest_seq\": {\"stable\": 8}}");
            published(one, |_| {})
        },
        "it is an older one",
    ),
    (
        "a number that uses up all others",
        |one| signed(one, |release| release.seq = u64::MAX),
        "too far ahead",
    ),
    (
        "another program's",
        |one| signed(one, |release| "lume".clone_into(&mut release.app)),
        "another program",
    ),
    (
        "for another machine",
        |one| {
            signed(one, |release| {
                "linux-s390x-portable".clone_into(&mut release.target);
            })
        },
        "has no file for",
    ),
    (
        "a name with a folder",
        |one| named(one, "../Loom.exe"),
        "the name of one of its files",
    ),
    (
        "a name with a stream",
        |one| named(one, "Loom.exe:x"),
        "the name of one of its files",
    ),
    (
        "a name with a variable",
        |one| named(one, "%TEMP%.exe"),
        "the name of one of its files",
    ),
    (
        "a name that is a device",
        |one| named(one, "NUL.exe"),
        "the name of one of its files",
    ),
    (
        "a name that reads backwards",
        |one| named(one, "Loom\u{202e}exe.txt"),
        "the name of one of its files",
    ),
    (
        "the file is written over after it was checked",
        |one| {
            one.between = |userdata| {
                let path = file_of(userdata);
                let mut bytes = std::fs::read(&path).unwrap();
                *bytes.last_mut().unwrap() ^= 1;
                std::fs::write(&path, bytes).unwrap();
            };
            published(one, |_| {})
        },
        "its digest is another",
    ),
    (
        "another file takes its place after it was checked",
        |one| {
            one.between = |userdata| {
                let path = file_of(userdata);
                let bytes = std::fs::read(&path).unwrap();
                std::fs::remove_file(&path).unwrap();
                std::fs::write(&path, bytes).unwrap();
            };
            published(one, |_| {})
        },
        "something else lies in its place",
    ),
    (
        "something is put beside the installer",
        |one| {
            one.between = |userdata| {
                std::fs::write(file_of(userdata).with_file_name("version.dll"), "x").unwrap();
            };
            published(one, |_| {})
        },
        "something else lies beside it",
    ),
];
