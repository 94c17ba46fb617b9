//! Any updates through a relay's inbox, store and view.
#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::screen::store(bytes));
