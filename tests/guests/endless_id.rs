//! A011, A020: Has an id of a megabyte.
use weighbridge_guests::{guest, team};
use weighbridge_sdk::Page;

guest!(pull: |_| Page::done(vec![team("x".repeat(1 << 20))], &1));
