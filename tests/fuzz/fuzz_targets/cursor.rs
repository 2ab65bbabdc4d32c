//! `cursor` of `weighbridge_api::fuzz`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| weighbridge_api::fuzz::cursor(data));
