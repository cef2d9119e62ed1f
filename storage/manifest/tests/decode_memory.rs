//! A short input cannot make the decoder take much memory.

#![expect(unsafe_code, reason = "an allocator that counts is an unsafe trait; it only forwards")]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
};

use usufruct_manifest::{MANIFEST_BYTES_MAX, Manifest};

struct Counting;

static NOW: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call goes to the system allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        PEAK.fetch_max(NOW.fetch_add(layout.size(), Relaxed) + layout.size(), Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Relaxed);
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn hostile_lengths_and_counts_take_little_memory() {
    // Entries of a map that starts like a manifest and then claims or holds too much.
    let keyed = |key: &str, value: &[u8]| {
        let mut bytes = vec![0xb1, 0x60 | key.len() as u8];
        bytes.extend_from_slice(key.as_bytes());
        bytes.extend_from_slice(value);
        bytes
    };
    let mut inputs = vec![
        // Texts, byte strings, lists and maps of 2^64 - 1 and of 2^32 - 1.
        keyed("title", &[0x7b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
        keyed("language", &[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
        keyed("language", &[0x9a, 0xff, 0xff, 0xff, 0xff]),
        keyed("sources", &[0x9a, 0xff, 0xff, 0xff, 0xff, 0xba, 0xff, 0xff, 0xff, 0xff]),
        vec![0xbb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        vec![0x5b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        // As deep as the input is long.
        vec![0x81; MANIFEST_BYTES_MAX],
        keyed("title", &vec![0xc1; MANIFEST_BYTES_MAX - 10]),
    ];
    // A list of a million empty texts, a byte each.
    let mut many = keyed("language", &[0x9a, 0x00, 0x0f, 0xff, 0x00]);
    many.resize(MANIFEST_BYTES_MAX, 0x60);
    inputs.push(many);

    for input in &inputs {
        let before = NOW.load(Relaxed);
        PEAK.store(before, Relaxed);
        assert!(Manifest::decode(input).is_err());
        let taken = PEAK.load(Relaxed) - before;
        assert!(taken < 4 * MANIFEST_BYTES_MAX, "{taken} bytes for {:02x?}...", &input[..12.min(input.len())]);
    }
}
