//! A054: Always says that there is more, at another cursor each time, and never brings anything.
use weighbridge_guests::guest;
use weighbridge_sdk::Page;

guest!(pull: |call| {
    let at: u32 = call.cursor()?.unwrap_or_default();
    Page::more(Vec::new(), &(at + 1))
});
