//! A054: Always says that there is more, with the cursor that it was given.
use weighbridge_guests::{guest, team};
use weighbridge_sdk::Page;

guest!(pull: |_| Page::more(vec![team("one")], &1));
