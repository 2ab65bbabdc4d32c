//! `links` of `weighbridge_sdk::fuzz`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| weighbridge_sdk::fuzz::links(data));
