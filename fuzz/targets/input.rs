//! Any bytes as an input stream.
#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::messages::input(bytes));
