//! Tells installers that this program runs, so that none replaces its files meanwhile. Only Windows needs it: elsewhere
//! a file in use can be replaced.

/// Names that `installer/loom.iss` looks for (AppMutex): in this session, and in those of other users.
#[cfg(windows)]
const NAMES: [&str; 2] = ["Loom.Running", "Global\\Loom.Running"];

/// Held as long as the program runs; the system frees it however that ends.
#[derive(Debug)]
pub struct Presence {
    #[cfg(windows)]
    _mutexes: Vec<std::os::windows::io::OwnedHandle>,
}

/// Show that the program runs, until what is given is dropped.
pub fn show_presence() -> Presence {
    Presence {
        #[cfg(windows)]
        _mutexes: NAMES.into_iter().filter_map(mutex).collect(),
    }
}

/// `None` where another user's program holds it and may not be joined: then it is shown already.
#[cfg(windows)]
fn mutex(name: &str) -> Option<std::os::windows::io::OwnedHandle> {
    use std::os::windows::io::{FromRawHandle as _, OwnedHandle};
    use windows_sys::Win32::System::Threading::CreateMutexW;
    let name: Vec<u16> = name.encode_utf16().chain([0]).collect();
    // SAFETY: the name ends with a zero; no attributes: the handle is not inherited, so that no child keeps it.
    let handle = unsafe { CreateMutexW(std::ptr::null(), 0, name.as_ptr()) };
    // SAFETY: the handle is new and owned by nobody else.
    (!handle.is_null()).then(|| unsafe { OwnedHandle::from_raw_handle(handle) })
}
