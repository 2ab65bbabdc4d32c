//! A049: Has the credential of one host attached to another, by slot, address and address within an address.
use weighbridge_guests::{answered, guest};
use weighbridge_sdk::{Page, http};

guest!(pull: |_| {
    let second = || http::get("https://second.example/");
    let plain = second().send().is_ok();
    assert!(plain, "without a slot it is answered");
    Page::done(answered([("slot", second().auth("token"))]), &1)
});
