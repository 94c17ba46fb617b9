//! Memory that the X server writes into and we read. The only unsafe code of this crate.
#![expect(unsafe_code, reason = "shared memory is mapped here and nowhere else")]

use std::{ptr, slice};

use rustix::{
    fd::OwnedFd,
    fs::{MemfdFlags, ftruncate, memfd_create},
    io,
    mm::{MapFlags, ProtFlags, mmap, munmap},
};

/// A piece of anonymous memory, mapped to be read here; a server that gets its descriptor may write to it.
pub(super) struct Shared {
    start: *mut std::ffi::c_void,
    bytes: usize,
}

// SAFETY: the mapping belongs to this value alone, has no ties to the thread that made it, and is only read.
unsafe impl Send for Shared {}

impl Shared {
    /// Makes and maps `bytes` zero bytes, at least one; the descriptor is for the server.
    pub(super) fn new(bytes: usize) -> io::Result<(Self, OwnedFd)> {
        let bytes = bytes.max(1);
        let memory = memfd_create("nearhand-capture", MemfdFlags::CLOEXEC)?;
        ftruncate(&memory, bytes as u64)?;
        // SAFETY: a new mapping at an address of the kernel's choice overlaps nothing. The file has `bytes`
        // bytes and nobody cuts it: the descriptor goes only to the X server, which maps it.
        let start = unsafe { mmap(ptr::null_mut(), bytes, ProtFlags::READ, MapFlags::SHARED, &memory, 0) }?;
        Ok((Self { start, bytes }, memory))
    }

    /// The bytes as the server left them.
    ///
    /// The server writes only while it answers a `ShmGetImage` of ours. The capture asks through `&mut self`
    /// and waits for each answer before it lends these bytes out, so no write meets this borrow.
    pub(super) fn bytes(&self) -> &[u8] {
        // SAFETY: `start` is mapped readable for `bytes` bytes until drop, which outlives the borrow, and by
        // the order of requests above nothing writes while it lasts.
        unsafe { slice::from_raw_parts(self.start.cast(), self.bytes) }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        // SAFETY: `start` and `bytes` are what `mmap` gave, and no borrow outlives `self`. It fails only for
        // ranges that are not mapped.
        let _ = unsafe { munmap(self.start, self.bytes) };
    }
}
