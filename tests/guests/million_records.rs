//! A055: Brings a million records in one page.
use weighbridge_guests::{guest, team};
use weighbridge_sdk::Page;

guest!(pull: |_| Page::done((0..1_000_000).map(|number: u32| team(number.to_string())).collect(), &1));
