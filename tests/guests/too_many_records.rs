//! A055: Brings one record more than a page may have.
use weighbridge_guests::{guest, team};
use weighbridge_sdk::Page;

guest!(pull: |_| Page::done((0..5_001).map(|number: u32| team(number.to_string())).collect(), &1));
