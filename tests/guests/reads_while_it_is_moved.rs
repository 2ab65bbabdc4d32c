//! A032: Reads a directory again and again, while somebody exchanges it for a link that leads out.
use weighbridge_guests::{guest, team};
use weighbridge_sdk::{Page, files};

guest!(pull: |_| {
    let mut canaries = 0;
    for _ in 0..20_000 {
        let read = files::read("moved/secret", 0, 64).unwrap_or_default();
        canaries += usize::from(read.starts_with(b"canary"));
    }
    Page::done(if canaries > 0 { vec![team(canaries.to_string())] } else { Vec::new() }, &1)
});
