//! A001, A039: Opens files and sockets past its imports, as any program would.
use weighbridge_guests::{guest, team};
use weighbridge_sdk::Page;

guest!(pull: |_| {
    let file = std::fs::File::open("/etc/passwd").is_ok();
    let socket = std::net::TcpStream::connect(("127.0.0.1", 80)).is_ok();
    let process = std::process::Command::new("id").spawn().is_ok();
    let opened = [("file", file), ("socket", socket), ("process", process)];
    Page::done(opened.into_iter().filter(|(_, opened)| *opened).map(|(name, _)| team(name)).collect(), &1)
});
