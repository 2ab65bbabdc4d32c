//! A004: Reads a file again and again, until its budget is spent.
use weighbridge_guests::{guest, team};
use weighbridge_sdk::{Page, files};

guest!(pull: |_| {
    let mut bytes = 0;
    while let Ok(read) = files::read("large", 0, 4 << 20) {
        bytes += read.len();
    }
    Page::done(vec![team((bytes >> 20).to_string())], &1)
});
