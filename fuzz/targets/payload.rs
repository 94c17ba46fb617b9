//! Any bytes as the payload of a tile.
#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::pixels::payload(bytes));
