//! What is left to a confined thread. The walls hold for a thread, so each test puts them up in one of its own.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::net::UnixStream;
use std::process::Command;
use std::thread;

use landlock::RulesetStatus;

use super::*;

/// The answer of a thread behind the walls.
fn behind<T: Send + 'static>(act: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    let confined = thread::spawn(move || {
        confine(COMPILER).expect("the walls stand");
        act()
    });
    confined.join().expect("the thread ends by itself")
}

fn refused<T: Send + 'static>(act: impl FnOnce() -> io::Result<T> + Send + 'static) {
    match behind(act) {
        Ok(_) => panic!("it was allowed"),
        Err(error) => assert_eq!(error.kind(), ErrorKind::PermissionDenied, "{error}"),
    }
}

#[test]
fn a_confined_process_opens_no_file() {
    refused(|| File::open("/etc/passwd"));
    refused(|| File::open("/proc/self/environ"));
    refused(|| fs::read_dir("/"));
    let folder = tempfile::tempdir().expect("a directory");
    let file = folder.path().join("new");
    refused(move || File::create(file));
}

#[test]
fn a_confined_process_reaches_no_network() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let address = listener.local_addr().expect("an address");
    refused(move || TcpStream::connect(address));
    refused(|| TcpListener::bind(("127.0.0.1", 0)));
    refused(|| UdpSocket::bind(("127.0.0.1", 0)));
    refused(|| UnixStream::connect("/run/none"));
}

#[test]
fn a_confined_process_starts_no_other() {
    refused(|| Command::new("/bin/true").spawn());
}

#[test]
fn a_confined_process_allocates_starts_threads_and_speaks_over_its_pipes() {
    let (mut its, mut ours) = io::pipe().expect("a pipe");
    ours.write_all(b"component").expect("it is written");
    drop(ours);
    let said = behind(move || {
        let mut bytes = Vec::new();
        its.read_to_end(&mut bytes)?;
        let sum = thread::spawn(|| vec![1u8; 64 << 20].iter().map(|&byte| u64::from(byte)).sum::<u64>());
        Ok((bytes, sum.join().expect("a sum")))
    });
    assert_eq!(said.expect("an answer"), (b"component".to_vec(), 64 << 20));
}

#[test]
fn landlock_alone_keeps_files_shut_where_the_kernel_has_it() {
    let tried = thread::spawn(|| (no_files_no_ports().expect("a ruleset"), File::open("/etc/passwd").map(drop)));
    match tried.join().expect("the thread ends by itself") {
        (RulesetStatus::NotEnforced, opened) => opened.expect("nothing refuses it"),
        (_, opened) => assert_eq!(opened.map_err(|error| error.kind()), Err(ErrorKind::PermissionDenied)),
    }
}
