//! Any updates painted.
#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::pixels::painter(bytes));
