//! Census: which processes there are, which of them carry a mark in their environment, when one was started, and how
//! much memory a tree of them holds. As Linux tells it in `/proc`; elsewhere nothing is known, and every answer says
//! so. Ends none by itself but those that carry a mark.

#[cfg(target_os = "linux")]
pub use linux::{end_marked, group_memory, held_memory, started};
#[cfg(not(target_os = "linux"))]
pub use unknown::{end_marked, group_memory, held_memory, started};

/// A variable of the environment that every process inherits which a marked one starts, however it leaves its group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    pub name: &'static str,
    pub value: String,
}

#[cfg(target_os = "linux")]
mod linux {
    use std::fs;
    use std::path::Path;
    use std::thread;
    use std::time::Duration;

    use super::Mark;

    /// One that was killed takes a moment to go, and may have started another just before: it is looked for again.
    const ROUNDS: u32 = 200;
    const BETWEEN_ROUNDS: Duration = Duration::from_millis(2);

    /// A line of `/proc/PROCESS/stat`, as far as it is needed.
    #[derive(Debug, PartialEq)]
    struct Stat {
        process: u32,
        parent: u32,
        group: u32,
        started: u64,
        resident_pages: u64,
    }

    /// When a process was started, in ticks since the machine was; tells it from a later one with the same number.
    pub fn started(process: u32) -> Option<u64> {
        stat(process).map(|stat| stat.started)
    }

    /// Kill every process that carries the mark, also those that left their group or lost their parents, if its number
    /// and its start are as wanted. Returns when none is left, or after a while when one cannot be killed.
    pub fn end_marked(mark: &Mark, is_wanted: impl Fn(u32, u64) -> bool) {
        for _ in 0..ROUNDS {
            let mut found = marked(mark);
            found.retain(|process| started(*process).is_some_and(|at| is_wanted(*process, at)));
            if found.is_empty() {
                return;
            }
            for process in found {
                super::super::kill_process(process);
            }
            thread::sleep(BETWEEN_ROUNDS);
        }
    }

    /// Memory that a process, its group and its descendants hold, in bytes; `None` when the process is gone.
    ///
    /// What is quick to count has shared pages once for each process and mapped files that the system can drop at
    /// will. Where that comes to `at_least`, it is counted anew without either.
    pub fn held_memory(root: u32, at_least: u64) -> Option<u64> {
        let stats: Vec<Stat> = processes().filter_map(stat).collect();
        let members = members(&stats, root);
        members.iter().find(|stat| stat.process == root)?;
        let page = super::super::page_bytes();
        let resident = |stat: &&Stat| stat.resident_pages * page;
        let quick = members.iter().map(resident).sum();
        if quick < at_least {
            return Some(quick);
        }
        let own = |stat: &&Stat| own_bytes(stat.process).unwrap_or(resident(stat));
        Some(members.iter().map(own).sum())
    }

    /// The least that a control group which this program is in leaves to it, as in a container.
    pub fn group_memory() -> Option<u64> {
        let groups = fs::read_to_string("/proc/self/cgroup").ok()?;
        let own = groups.lines().find_map(|line| line.strip_prefix("0::/"))?;
        let root = Path::new("/sys/fs/cgroup");
        let most = |folder: &Path| {
            fs::read_to_string(folder.join("memory.max"))
                .ok()?
                .trim()
                .parse()
                .ok()
        };
        let folder = root.join(own);
        let parents = folder
            .ancestors()
            .take_while(|folder| folder.starts_with(root));
        parents.filter_map(most).min()
    }

    fn processes() -> impl Iterator<Item = u32> {
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
    }

    /// The environment of one that has ended, or that is another user's, cannot be read.
    fn marked(mark: &Mark) -> Vec<u32> {
        let wanted = format!("{}={}", mark.name, mark.value);
        let carries = |process: &u32| {
            fs::read(format!("/proc/{process}/environ")).is_ok_and(|environment| {
                environment
                    .split(|byte| *byte == 0)
                    .any(|variable| variable == wanted.as_bytes())
            })
        };
        let is_other = |process: &u32| *process != std::process::id();
        processes().filter(is_other).filter(carries).collect()
    }

    fn stat(process: u32) -> Option<Stat> {
        parse(&fs::read_to_string(format!("/proc/{process}/stat")).ok()?)
    }

    /// `4711 (any (name) at all) S PARENT GROUP …`
    fn parse(line: &str) -> Option<Stat> {
        let (head, tail) = line.rsplit_once(") ")?;
        let fields: Vec<&str> = tail.split_ascii_whitespace().collect();
        // Counted from the state, which is the third of all.
        let number = |at: usize| fields.get(at - 3)?.parse::<u64>().ok();
        Some(Stat {
            process: head.split(' ').next()?.parse().ok()?,
            parent: number(4)? as u32,
            group: number(5)? as u32,
            started: number(22)?,
            resident_pages: number(24)?,
        })
    }

    fn members(stats: &[Stat], root: u32) -> Vec<&Stat> {
        let is_first = |stat: &&Stat| stat.process == root || stat.group == root;
        let mut members: Vec<&Stat> = stats.iter().filter(is_first).collect();
        let mut at = 0;
        while let Some(parent) = members.get(at).map(|stat| stat.process) {
            for child in stats.iter().filter(|stat| stat.parent == parent) {
                if !members.iter().any(|other| other.process == child.process) {
                    members.push(child);
                }
            }
            at += 1;
        }
        members
    }

    /// Its share of all memory that cannot be read from a file again.
    fn own_bytes(process: u32) -> Option<u64> {
        let text = fs::read_to_string(format!("/proc/{process}/smaps_rollup")).ok()?;
        let bytes = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name))?;
            let number = line.trim_start_matches(':').trim().strip_suffix(" kB")?;
            Some(number.parse::<u64>().ok()? * 1024)
        };
        match (bytes("Pss_Anon:"), bytes("Pss_Shmem:")) {
            (Some(anonymous), Some(shared)) => Some(anonymous + shared),
            _ => bytes("Pss:"),
        }
    }

    #[cfg(test)]
    mod tests {
        use std::io::Read as _;
        use std::process::{Command, Stdio};

        use super::*;

        #[test]
        fn a_line_is_read_whatever_the_name_of_the_program() {
            let tail = "S 7 8 9 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 4242 1000 77 1 2";
            for name in ["sh", "a b", "x) S 1 1", "((", ""] {
                let expected = Stat {
                    process: 12,
                    parent: 7,
                    group: 8,
                    started: 4242,
                    resident_pages: 77,
                };
                assert_eq!(parse(&format!("12 ({name}) {tail}\n")), Some(expected));
            }
            assert_eq!(parse("12 (sh) S 7"), None);
            assert_eq!(parse(""), None);
        }

        #[test]
        fn members_are_the_group_and_all_descendants() {
            let stat = |(process, parent, group)| Stat {
                process,
                parent,
                group,
                started: 0,
                resident_pages: 0,
            };
            // 30 is a child that has a group of its own, 20 one of its children with a smaller number; 40 lost its
            // parents and is still in the group; 50 has nothing to do with them.
            let all = [
                (10, 1, 10),
                (20, 30, 20),
                (30, 10, 30),
                (40, 1, 10),
                (50, 1, 50),
            ]
            .map(stat);
            let mut found: Vec<u32> = members(&all, 10).iter().map(|stat| stat.process).collect();
            found.sort_unstable();
            assert_eq!(found, [10, 20, 30, 40]);
        }

        #[test]
        fn one_that_left_its_group_is_found_by_its_mark_and_ended() {
            let mark = |value: &str| Mark {
                name: "LOOM_TEST_MARK",
                value: format!("{value}-{}", std::process::id()),
            };
            let (ours, other) = (mark("ours"), mark("other"));
            let mut child = Command::new("setsid")
                .args(["sh", "-c", "sleep 600 & echo started; wait; exec sleep 600"])
                .env(ours.name, &ours.value)
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
            let mut line = [0; 8];
            child
                .stdout
                .as_mut()
                .unwrap()
                .read_exact(&mut line)
                .unwrap();
            assert!(started(child.id()).is_some());
            assert!(held_memory(child.id(), u64::MAX).is_some_and(|bytes| bytes > 100_000));
            assert!(held_memory(child.id(), 0).is_some_and(|bytes| bytes > 10_000));
            end_marked(&other, |_, _| true);
            assert!(child.try_wait().unwrap().is_none());
            end_marked(&ours, |process, _| process != child.id());
            assert!(child.try_wait().unwrap().is_none());
            end_marked(&ours, |_, _| true);
            child.wait().unwrap();
            assert_eq!(marked(&ours), [0; 0]);
            assert_eq!(started(child.id()), None);
            assert_eq!(held_memory(child.id(), 0), None);
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod unknown {
    use super::Mark;

    pub fn started(_: u32) -> Option<u64> {
        None
    }

    /// On Windows a job object ends all; on other systems what leaves its group is out of reach.
    pub fn end_marked(_: &Mark, _: impl Fn(u32, u64) -> bool) {}

    pub fn group_memory() -> Option<u64> {
        None
    }

    pub fn held_memory(_: u32, _: u64) -> Option<u64> {
        None
    }
}
