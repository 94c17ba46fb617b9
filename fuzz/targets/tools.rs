//! Any bytes as a stream of a tool.
#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::messages::tools(bytes));
