//! `header` of `weighbridge_egress::fuzz`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| weighbridge_egress::fuzz::header(data));
