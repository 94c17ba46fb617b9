//! Any bytes as an update.
#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::messages::update(bytes));
