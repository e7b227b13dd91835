//! The one module with `unsafe`: memory maps, and what std does not offer of processes and the machine. Each use says
//! why it is sound. Decides nothing.
#![expect(
    unsafe_code,
    reason = "calls of the operating system that have no safe form"
)]

mod census;
mod disk;
mod presence;

use std::fs::File;
use std::io;
use std::path::Path;
use std::process::{Child, Command};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

pub use census::{Mark, end_marked, held_memory, started};
pub use disk::{free_space, has_bin, is_remote_drive, may_write, open_lock};
pub use memmap2::Mmap;
pub use presence::{Presence, show_presence};

/// Map a file into memory to read it.
///
/// The file must be one that nobody shortens while it is mapped: files that the engine hands over are written once,
/// under a name of their own, and only ever removed.
pub fn map_file(path: &Path) -> io::Result<Mmap> {
    let file = File::open(path)?;
    // SAFETY: the mapping is read-only and private to this process, and nobody writes to these files any more; that
    // one is removed does not touch its mapping.
    unsafe { Mmap::map(&file) }
}

/// Keep the memory that is freed for what is allocated next, rather than give it back at once. A frame's meshes are
/// freed when it ends and needed again in the next: that the system took the memory back and cleared it anew was more
/// than half of what a frame of many nodes cost (`benches/canvas.rs`).
pub fn keep_freed_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        // The most that glibc takes for blocks; more than the meshes of any frame.
        const BLOCK: i32 = 32 << 20;
        const KEPT: i32 = 64 << 20;
        // SAFETY: they set numbers of the allocator and may be called at any time.
        unsafe {
            libc::mallopt(libc::M_MMAP_THRESHOLD, BLOCK);
            libc::mallopt(libc::M_TRIM_THRESHOLD, KEPT);
        }
    }
}

/// A child process and all processes that it starts.
pub struct ProcessTree {
    tree: tree::Tree,
    mark: Option<Mark>,
}

/// What holds for all processes of a tree.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// By it those are found that leave the tree.
    pub mark: Option<Mark>,
    /// On Windows, what all of them may hold together, in bytes: more is refused. Elsewhere, `held_memory` tells.
    pub memory: Option<u64>,
}

/// Waits for the end of a child without taking its exit status, so that its number stays its own until it is reaped.
pub struct ExitWatch(tree::Watch);

impl ProcessTree {
    /// Start `command` as the root of a tree that ends with this program, however it ends.
    ///
    /// On Linux the tree's root ends with the calling *thread*: call it from one that lives as long as the child may.
    pub fn spawn(command: &mut Command, terms: Terms) -> io::Result<(Child, Self)> {
        if let Some(mark) = &terms.mark {
            command.env(mark.name, &mark.value);
        }
        let (child, tree) = tree::spawn(command, &terms)?;
        let mark = terms.mark;
        Ok((child, Self { tree, mark }))
    }

    /// Kill every process of the tree, at once. Only before the child is reaped. One that left it may live on:
    /// `mark` finds it.
    pub fn kill(&self) {
        tree::kill(&self.tree);
    }

    /// By which those are found that left the tree.
    pub fn mark(&self) -> Option<&Mark> {
        self.mark.as_ref()
    }

    /// To be waited on in a thread of its own.
    pub fn watch(&self, child: &Child) -> io::Result<ExitWatch> {
        tree::watch(child).map(ExitWatch)
    }
}

impl ExitWatch {
    /// Returns when the child has ended.
    pub fn wait(&self) {
        tree::wait(&self.0);
    }
}

/// How often this program was asked to end: by Ctrl+C, by a closed terminal, by `kill`.
static INTERRUPTS: AtomicU32 = AtomicU32::new(0);

/// From now on count such requests rather than end at once.
pub fn count_interrupts() -> io::Result<()> {
    interrupt::count()
}

/// How often this program was asked to end since `count_interrupts`.
pub fn interrupts() -> u32 {
    INTERRUPTS.load(Ordering::SeqCst)
}

/// On Windows, use the console that this program was started from, if any: a program with a window has none of its
/// own accord.
pub fn attach_console() {
    #[cfg(windows)]
    interrupt::attach_console();
}

/// Let two folders take each other's place in one step, where the system can.
pub fn exchange(one: &Path, other: &Path) -> io::Result<()> {
    #[cfg(any(target_os = "linux", target_os = "macos"))]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE)?;
        Ok(())
    }
    #[cfg(not(any(target_os = "linux", target_os = "macos")))]
    {
        let _ = (one, other);
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// Let another process bring its window to the front: what the user has just started may allow that.
pub fn let_come_to_front(process: u32) {
    #[cfg(windows)]
    {
        use windows_sys::Win32::UI::WindowsAndMessaging::AllowSetForegroundWindow;
        // SAFETY: no pointers are involved; where it may not be allowed nothing happens.
        unsafe { AllowSetForegroundWindow(process) };
    }
    #[cfg(not(windows))]
    let _ = process;
}

/// When the machine was started, if it tells.
pub fn booted() -> Option<SystemTime> {
    #[cfg(target_os = "linux")]
    {
        let text = std::fs::read_to_string("/proc/uptime").ok()?;
        let secs: f64 = text.split(' ').next()?.parse().ok()?;
        SystemTime::now().checked_sub(Duration::try_from_secs_f64(secs).ok()?)
    }
    #[cfg(windows)]
    {
        use windows_sys::Win32::System::SystemInformation::GetTickCount64;
        // SAFETY: no memory is involved.
        let millis = unsafe { GetTickCount64() };
        SystemTime::now().checked_sub(Duration::from_millis(millis))
    }
    #[cfg(not(any(target_os = "linux", windows)))]
    None
}

/// Is there a process with this number? Another may have it by now.
pub fn is_running(process: u32) -> bool {
    tree::is_running(process)
}

/// Memory that this program may use at most: the machine's, or what its control group leaves of it.
pub fn total_memory() -> Option<u64> {
    let machine = tree::total_memory()?;
    let of_group = census::group_memory().unwrap_or(machine);
    Some(machine.min(of_group))
}

#[cfg(target_os = "linux")]
fn kill_process(process: u32) {
    // SAFETY: no memory is involved.
    unsafe { libc::kill(process as libc::pid_t, libc::SIGKILL) };
}

#[cfg(unix)]
fn page_bytes() -> u64 {
    // SAFETY: no memory is involved.
    let bytes = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    u64::try_from(bytes).unwrap_or(4096)
}

/// Name of a signal, as in `SIGSEGV (a wrong memory access)`, for messages.
pub fn signal_name(signal: i32) -> String {
    let name = match signal {
        4 => "SIGILL (an instruction that this processor does not have)",
        6 => "SIGABRT (it gave up by itself)",
        8 => "SIGFPE (an arithmetic error)",
        9 => "SIGKILL (killed from outside, often for want of memory)",
        11 => "SIGSEGV (a wrong memory access)",
        15 => "SIGTERM (ended from outside)",
        #[cfg(target_os = "linux")]
        7 => "SIGBUS (a wrong memory access)",
        #[cfg(not(target_os = "linux"))]
        10 => "SIGBUS (a wrong memory access)",
        other => return format!("signal {other}"),
    };
    name.to_owned()
}

#[cfg(unix)]
mod tree {
    //! A process group of its own, with a guard that ends it when this program is gone; on Linux also the
    //! parent-death signal, which is quicker but meant for the root alone.

    use std::io;
    use std::os::unix::process::CommandExt as _;
    use std::process::{Child, Command, Stdio};

    use super::{Mark, Terms};

    /// The group's number, and its guard.
    pub struct Tree {
        group: libc::pid_t,
        guard: Option<Child>,
    }

    pub type Watch = libc::pid_t;

    pub fn spawn(command: &mut Command, terms: &Terms) -> io::Result<(Child, Tree)> {
        command.process_group(0);
        #[cfg(target_os = "linux")]
        {
            let parent = std::process::id();
            // SAFETY: between fork and exec only calls that are safe there are made (prctl, getppid), and nothing is
            // allocated: an error is made of a number.
            unsafe {
                command.pre_exec(move || {
                    if libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) != 0 {
                        return Err(io::Error::last_os_error());
                    }
                    // The parent may have ended before the signal was asked for.
                    if libc::getppid() as u32 != parent {
                        return Err(io::Error::from_raw_os_error(libc::ESRCH));
                    }
                    Ok(())
                });
            }
        }
        let child = command.spawn()?;
        let group = child.id() as libc::pid_t;
        let guard = guard(group, terms.mark.as_ref()).ok();
        Ok((child, Tree { group, guard }))
    }

    /// A shell that waits for the end of a pipe that this program never writes to: it comes when the program is gone,
    /// however it went, and then the shell kills the group, and what left it by its mark. Without a shell there is no
    /// guard.
    fn guard(group: libc::pid_t, mark: Option<&Mark>) -> io::Result<Child> {
        const SCRIPT: &str = r#"
            read -r _
            kill -s KILL -- "-$0"
            [ -n "$1" ] || exit
            for file in $(grep -lszxF -e "$1" /proc/[0-9]*/environ); do
                process=${file#/proc/}
                kill -s KILL "${process%/environ}"
            done
        "#;
        let mark = mark.map(|mark| format!("{}={}", mark.name, mark.value));
        Command::new("/bin/sh")
            .args(["-c", SCRIPT, &group.to_string(), &mark.unwrap_or_default()])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .current_dir("/")
            .process_group(0)
            .spawn()
    }

    impl Drop for Tree {
        fn drop(&mut self) {
            if let Some(guard) = &mut self.guard {
                // Killed before its pipe is closed, so that it never acts on a number that is another's by now.
                guard.kill().ok();
                guard.wait().ok();
            }
        }
    }

    pub fn kill(tree: &Tree) {
        // SAFETY: no memory is involved. The group is the child's own, and its number is not given to another while
        // the child is not reaped.
        unsafe { libc::killpg(tree.group, libc::SIGKILL) };
    }

    pub fn total_memory() -> Option<u64> {
        // SAFETY: no memory is involved.
        let pages = unsafe { libc::sysconf(libc::_SC_PHYS_PAGES) };
        Some(u64::try_from(pages).ok()? * super::page_bytes())
    }

    pub fn is_running(process: u32) -> bool {
        // SAFETY: no memory is involved, and signal 0 is none: it is only asked whether it could be sent.
        let result = unsafe { libc::kill(process as libc::pid_t, 0) };
        result == 0 || io::Error::last_os_error().raw_os_error() == Some(libc::EPERM)
    }

    #[expect(
        clippy::unnecessary_wraps,
        reason = "on Windows a handle is duplicated here, which can fail"
    )]
    pub fn watch(child: &Child) -> io::Result<Watch> {
        Ok(child.id() as libc::pid_t)
    }

    pub fn wait(process: &Watch) {
        loop {
            let mut info = std::mem::MaybeUninit::<libc::siginfo_t>::zeroed();
            // SAFETY: `info` is writable and of the type that waitid fills in. WNOWAIT leaves the child to be reaped
            // by its owner.
            let result = unsafe {
                libc::waitid(
                    libc::P_PID,
                    *process as libc::id_t,
                    info.as_mut_ptr(),
                    libc::WEXITED | libc::WNOWAIT,
                )
            };
            let is_interrupted =
                result != 0 && io::Error::last_os_error().kind() == io::ErrorKind::Interrupted;
            if !is_interrupted {
                return;
            }
        }
    }
}

#[cfg(windows)]
mod tree {
    //! A job object that kills its processes when its last handle is closed.

    use std::io;
    use std::os::windows::io::AsHandle as _;
    use std::os::windows::io::{AsRawHandle as _, FromRawHandle as _, OwnedHandle};
    use std::os::windows::process::CommandExt as _;
    use std::process::{Child, Command};

    use windows_sys::Win32::Foundation::{HANDLE, INVALID_HANDLE_VALUE, WAIT_TIMEOUT};
    use windows_sys::Win32::System::Diagnostics::ToolHelp::{
        CreateToolhelp32Snapshot, TH32CS_SNAPTHREAD, THREADENTRY32, Thread32First, Thread32Next,
    };
    use windows_sys::Win32::System::JobObjects::{
        AssignProcessToJobObject, CreateJobObjectW, JOB_OBJECT_LIMIT_JOB_MEMORY,
        JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE, JOBOBJECT_EXTENDED_LIMIT_INFORMATION,
        JobObjectExtendedLimitInformation, SetInformationJobObject, TerminateJobObject,
    };
    use windows_sys::Win32::System::SystemInformation::{GlobalMemoryStatusEx, MEMORYSTATUSEX};
    use windows_sys::Win32::System::Threading::{
        CREATE_NO_WINDOW, CREATE_SUSPENDED, INFINITE, OpenProcess, OpenThread, PROCESS_SYNCHRONIZE,
        ResumeThread, THREAD_SUSPEND_RESUME, WaitForSingleObject,
    };

    use super::Terms;

    pub type Tree = OwnedHandle;
    pub type Watch = OwnedHandle;

    /// Started suspended, put into the job, then resumed: a virtual environment's `python.exe` starts the real
    /// interpreter at once, which would otherwise escape.
    pub fn spawn(command: &mut Command, terms: &Terms) -> io::Result<(Child, Tree)> {
        let job = job(terms.memory)?;
        let mut child = command
            .creation_flags(CREATE_NO_WINDOW | CREATE_SUSPENDED)
            .spawn()?;
        let started = assign(&job, &child).and_then(|()| resume(child.id()));
        if let Err(error) = started {
            child.kill().ok();
            child.wait().ok();
            return Err(error);
        }
        Ok((child, job))
    }

    pub fn kill(job: &Tree) {
        // SAFETY: the handle is open as long as `job` lives.
        unsafe { TerminateJobObject(job.as_raw_handle() as HANDLE, 1) };
    }

    pub fn is_running(process: u32) -> bool {
        // SAFETY: no pointers are involved.
        let handle = unsafe { OpenProcess(PROCESS_SYNCHRONIZE, 0, process) };
        if handle.is_null() {
            return false;
        }
        // SAFETY: the handle is new and owned by nobody else.
        let handle = unsafe { OwnedHandle::from_raw_handle(handle) };
        // SAFETY: the handle is open and has the right to be waited on; nothing is waited for.
        unsafe { WaitForSingleObject(handle.as_raw_handle() as HANDLE, 0) == WAIT_TIMEOUT }
    }

    pub fn watch(child: &Child) -> io::Result<Watch> {
        child.as_handle().try_clone_to_owned()
    }

    pub fn wait(process: &Watch) {
        // SAFETY: the handle is open as long as `process` lives.
        unsafe { WaitForSingleObject(process.as_raw_handle() as HANDLE, INFINITE) };
    }

    pub fn total_memory() -> Option<u64> {
        let mut status = MEMORYSTATUSEX {
            dwLength: size_of::<MEMORYSTATUSEX>() as u32,
            ..MEMORYSTATUSEX::default()
        };
        // SAFETY: `status` is writable and says its own size.
        let is_told = unsafe { GlobalMemoryStatusEx(&raw mut status) };
        (is_told != 0).then_some(status.ullTotalPhys)
    }

    fn job(memory: Option<u64>) -> io::Result<OwnedHandle> {
        // SAFETY: both pointers may be null: no security attributes (the handle is not inherited) and no name.
        let handle = unsafe { CreateJobObjectW(std::ptr::null(), std::ptr::null()) };
        if handle.is_null() {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the handle is new and owned by nobody else.
        let job = unsafe { OwnedHandle::from_raw_handle(handle) };
        let mut limits = JOBOBJECT_EXTENDED_LIMIT_INFORMATION::default();
        limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
        if let Some(bytes) = memory {
            limits.BasicLimitInformation.LimitFlags |= JOB_OBJECT_LIMIT_JOB_MEMORY;
            limits.JobMemoryLimit = usize::try_from(bytes).unwrap_or(usize::MAX);
        }
        // SAFETY: pointer and size are those of `limits`, which is of the type that the information class names.
        let is_set = unsafe {
            SetInformationJobObject(
                job.as_raw_handle() as HANDLE,
                JobObjectExtendedLimitInformation,
                (&raw const limits).cast(),
                size_of_val(&limits) as u32,
            )
        };
        if is_set == 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(job)
    }

    fn assign(job: &OwnedHandle, child: &Child) -> io::Result<()> {
        // SAFETY: both handles are open.
        let is_assigned = unsafe {
            AssignProcessToJobObject(
                job.as_raw_handle() as HANDLE,
                child.as_raw_handle() as HANDLE,
            )
        };
        if is_assigned == 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(())
    }

    /// Resume the only thread that a process has which was created suspended; std keeps no handle of it.
    fn resume(process: u32) -> io::Result<()> {
        // SAFETY: no pointers are involved.
        let snapshot = unsafe { CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0) };
        if snapshot == INVALID_HANDLE_VALUE {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the handle is new and owned by nobody else.
        let snapshot = unsafe { OwnedHandle::from_raw_handle(snapshot) };
        let snapshot_handle = snapshot.as_raw_handle() as HANDLE;
        let mut entry = THREADENTRY32 {
            dwSize: size_of::<THREADENTRY32>() as u32,
            ..THREADENTRY32::default()
        };
        // SAFETY: `entry` is writable and says its own size.
        let mut is_there = unsafe { Thread32First(snapshot_handle, &raw mut entry) };
        while is_there != 0 {
            if entry.th32OwnerProcessID == process {
                // SAFETY: no pointers are involved.
                let thread = unsafe { OpenThread(THREAD_SUSPEND_RESUME, 0, entry.th32ThreadID) };
                if thread.is_null() {
                    return Err(io::Error::last_os_error());
                }
                // SAFETY: the handle is new and owned by nobody else.
                let thread = unsafe { OwnedHandle::from_raw_handle(thread) };
                // SAFETY: the handle is open and has the right to resume.
                if unsafe { ResumeThread(thread.as_raw_handle() as HANDLE) } == u32::MAX {
                    return Err(io::Error::last_os_error());
                }
                return Ok(());
            }
            // SAFETY: as above.
            is_there = unsafe { Thread32Next(snapshot_handle, &raw mut entry) };
        }
        Err(io::Error::other("the new process has no thread to resume"))
    }
}

#[cfg(unix)]
mod interrupt {
    //! Signals that ask for the end.

    use std::io;
    use std::sync::atomic::Ordering;

    extern "C" fn on_signal(_: libc::c_int) {
        super::INTERRUPTS.fetch_add(1, Ordering::SeqCst);
    }

    pub fn count() -> io::Result<()> {
        for signal in [libc::SIGINT, libc::SIGTERM, libc::SIGHUP] {
            // SAFETY: the handler only adds to an atomic number, which may be done in a signal handler; both structs
            // are writable and of the type that sigaction takes, and zeros are a valid start for them.
            let result = unsafe {
                let mut before = std::mem::zeroed::<libc::sigaction>();
                let mut action = std::mem::zeroed::<libc::sigaction>();
                action.sa_sigaction = on_signal as extern "C" fn(libc::c_int) as usize;
                action.sa_flags = libc::SA_RESTART;
                libc::sigemptyset(&raw mut action.sa_mask);
                let found = libc::sigaction(signal, std::ptr::null(), &raw mut before);
                // `nohup` asks that a closed terminal is no reason to end.
                let is_nohup = signal == libc::SIGHUP && before.sa_sigaction == libc::SIG_IGN;
                if found != 0 || is_nohup {
                    found
                } else {
                    libc::sigaction(signal, &raw const action, std::ptr::null_mut())
                }
            };
            if result != 0 {
                return Err(io::Error::last_os_error());
            }
        }
        Ok(())
    }
}

#[cfg(windows)]
mod interrupt {
    //! Console events that ask for the end.

    use std::io;
    use std::sync::atomic::Ordering;

    use windows_sys::Win32::System::Console::{
        ATTACH_PARENT_PROCESS, AttachConsole, SetConsoleCtrlHandler,
    };
    use windows_sys::core::BOOL;

    unsafe extern "system" fn on_event(_: u32) -> BOOL {
        super::INTERRUPTS.fetch_add(1, Ordering::SeqCst);
        1
    }

    pub fn count() -> io::Result<()> {
        // SAFETY: the handler only adds to an atomic number and lives as long as the program.
        if unsafe { SetConsoleCtrlHandler(Some(on_event), 1) } == 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(())
    }

    pub fn attach_console() {
        // SAFETY: no pointers are involved. Where there is no console it fails, and nothing else happens.
        unsafe { AttachConsole(ATTACH_PARENT_PROCESS) };
    }
}
