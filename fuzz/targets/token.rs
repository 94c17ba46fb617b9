//! Any bytes as an enrolment token.
#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::messages::token(bytes));
