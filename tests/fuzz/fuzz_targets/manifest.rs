//! `manifest` of `weighbridge_sandbox::fuzz`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| weighbridge_sandbox::fuzz::manifest(data));
