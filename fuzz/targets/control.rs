//! Any bytes as a control stream.
#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::messages::control(bytes));
