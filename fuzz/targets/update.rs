#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| loom_fuzz::update(bytes));
