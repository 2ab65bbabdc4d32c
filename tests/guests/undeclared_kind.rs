//! A020: Brings a kind of record that its manifest does not declare.
use weighbridge_guests::{guest, repository, team};
use weighbridge_sdk::Page;

guest!(pull: |_| Page::done(vec![team("one"), repository("two")], &1));
