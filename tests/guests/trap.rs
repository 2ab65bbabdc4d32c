//! A016: Traps in the middle of a page.
use weighbridge_guests::guest;

guest!(pull: |_| panic!("on purpose"));
