//! A015, A105: Writes and panics with all that it was told, so that others may read it.
use weighbridge_guests::guest;
use weighbridge_sdk::{Page, log};

guest!(pull: |call| {
    log::error!("{:?}", call.settings);
    assert!(call.settings.is_empty(), "{:?}", call.settings);
    Page::done(Vec::new(), &1)
});
