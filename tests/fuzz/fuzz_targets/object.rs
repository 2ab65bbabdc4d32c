//! `object` of `connector_git::fuzz`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| connector_git::fuzz::object(data));
