//! Brings two teams and is done: the measure of all others.
use weighbridge_guests::{guest, team};
use weighbridge_sdk::Page;

guest!(pull: |_| Page::done(vec![team("one"), team("two")], &1));
