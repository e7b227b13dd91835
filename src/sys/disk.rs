//! What the system says of the place that a folder lies in: may it be written to, what is free, whose disk is it.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

/// May this program write into a folder? Asked, not tried; where the system does not say it, yes.
pub fn may_write(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use rustix::fs::{Access, access};
        Ok(access(folder, Access::WRITE_OK | Access::EXEC_OK)?)
    }
    #[cfg(not(unix))]
    {
        folder.metadata().map(drop)
    }
}

/// Open a file that is locked, and made for that. Windows lets nobody remove its name while it is open.
pub fn open_lock(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    #[cfg(windows)]
    {
        use std::os::windows::fs::OpenOptionsExt as _;
        use windows_sys::Win32::Storage::FileSystem::{FILE_SHARE_READ, FILE_SHARE_WRITE};
        options.share_mode(FILE_SHARE_READ | FILE_SHARE_WRITE);
    }
    options.create(true).truncate(false).write(true).open(path)
}

/// Bytes that are free for this user where a folder lies.
pub fn free_space(folder: &Path) -> Option<u64> {
    #[cfg(unix)]
    {
        let disk = rustix::fs::statvfs(folder).ok()?;
        disk.f_bavail.checked_mul(disk.f_frsize)
    }
    #[cfg(windows)]
    {
        use windows_sys::Win32::Storage::FileSystem::GetDiskFreeSpaceExW;
        let mut free = 0;
        let name = wide(folder);
        // SAFETY: the name ends with a zero, `free` is writable, and the other figures may be left out.
        let is_told = unsafe {
            GetDiskFreeSpaceExW(
                name.as_ptr(),
                &raw mut free,
                std::ptr::null_mut(),
                std::ptr::null_mut(),
            )
        };
        (is_told != 0).then_some(free)
    }
}

/// Is it a drive letter that stands for a folder of another machine? Always false where there are no such letters.
pub fn is_remote_drive(root: &Path) -> bool {
    #[cfg(windows)]
    {
        use windows_sys::Win32::Storage::FileSystem::GetDriveTypeW;
        const DRIVE_REMOTE: u32 = 4;
        // SAFETY: the name ends with a zero.
        unsafe { GetDriveTypeW(wide(root).as_ptr()) == DRIVE_REMOTE }
    }
    #[cfg(not(windows))]
    {
        let _ = root;
        false
    }
}

/// May what lies on this disk go to a bin? On Windows what is no disk of the machine's own has none, and what goes there
/// would be gone.
pub fn has_bin(path: &Path) -> bool {
    #[cfg(windows)]
    {
        use std::path::{Component, Prefix};
        use windows_sys::Win32::Storage::FileSystem::GetDriveTypeW;
        const DRIVE_FIXED: u32 = 3;
        let Some(Component::Prefix(prefix)) = path.components().next() else {
            return false;
        };
        let (Prefix::Disk(letter) | Prefix::VerbatimDisk(letter)) = prefix.kind() else {
            return false;
        };
        let root = format!("{}:\\", char::from(letter));
        // SAFETY: the name ends with a zero.
        unsafe { GetDriveTypeW(wide(Path::new(&root)).as_ptr()) == DRIVE_FIXED }
    }
    #[cfg(not(windows))]
    {
        let _ = path;
        true
    }
}

#[cfg(windows)]
fn wide(path: &Path) -> Vec<u16> {
    use std::os::windows::ffi::OsStrExt as _;
    path.as_os_str().encode_wide().chain([0]).collect()
}
