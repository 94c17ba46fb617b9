//! Any bytes as a cursor stream.
#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::messages::cursor(bytes));
