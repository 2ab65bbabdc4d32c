//! A032: Reads links to the devices and the processes of the host.
use weighbridge_guests::{guest, team};
use weighbridge_sdk::{Page, files};

guest!(pull: |_| {
    let names = ["zero", "environ", "mem", "root", "cwd", "fd"];
    let read = |name: &&str| files::read(name, 0, 64).is_ok() || files::list(name).is_ok();
    Page::done(names.into_iter().filter(read).map(team).collect(), &1)
});
