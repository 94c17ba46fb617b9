//! Any bytes as the header of a stream.
#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::messages::stream_header(bytes));
