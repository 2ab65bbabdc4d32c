//! What a server writes, byte for byte, read by the whole of egress: status line, headers, chunks, encodings.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::Duration;

use domain::capability::{HttpRule, Scheme};
use domain::exchange::Request;
use domain::{Budget, WorkspaceId};
use tokio::runtime::{Builder, Runtime};

use crate::{Caps, Egress, EgressConfig, Permit, Route, Timeouts};

const HOST: &str = "api.example.test";
/// The most that is read of one answer, in bytes.
const CAP: u32 = 64 * 1024;

struct World {
    runtime: Runtime,
    egress: Egress,
    permit: Arc<Permit>,
    says: Arc<Mutex<Vec<u8>>>,
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let to = format!("http://{}", listener.local_addr().expect("an address")).parse().expect("a URL");
    let says = Arc::new(Mutex::new(Vec::new()));
    let words = Arc::clone(&says);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let words = words.lock().unwrap_or_else(PoisonError::into_inner).clone();
            // Whoever asked may have left.
            drop(serve(&stream, &words));
        }
    });
    let [connect, first_byte, idle, total] = [2000, 1000, 500, 3000].map(Duration::from_millis);
    let caps = Caps { body_bytes: CAP, header_count: 32, header_bytes: 8 * 1024 };
    let egress = Egress::new(EgressConfig {
        routes: vec![Route { host: HOST.to_owned(), to }],
        timeouts: Timeouts { connect, first_byte, idle, total },
        caps,
        ..EgressConfig::default()
    });
    let methods = vec!["GET".to_owned()];
    let rule = HttpRule { scheme: Scheme::Https, host: HOST.to_owned(), port: 443, methods, path: "/".to_owned() };
    let permit = Permit {
        workspace: WorkspaceId::from_bytes([1; 16]),
        rules: vec![rule],
        credentials: Vec::new(),
        private_networks: Vec::new(),
    };
    World {
        runtime: Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime"),
        egress: egress.expect("settings that can be used"),
        permit: Arc::new(permit),
        says,
    }
});

/// Read the request, write the words, and leave.
fn serve(stream: &TcpStream, words: &[u8]) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(1)))?;
    let lines = BufReader::new(stream).lines();
    lines.take_while(|line| line.as_ref().is_ok_and(|line| !line.is_empty())).for_each(drop);
    let mut stream = stream;
    stream.write_all(words)?;
    stream.shutdown(Shutdown::Write)
}

/// An answer: whatever comes is an answer within its caps, or a refusal that says why there is none.
pub fn answer(data: &[u8]) {
    let world = &*WORLD;
    *world.says.lock().unwrap_or_else(PoisonError::into_inner) = data.to_vec();
    let session = world.egress.session(Arc::clone(&world.permit), Budget::default());
    let request = Request {
        method: "GET".to_owned(),
        url: format!("https://{HOST}/x"),
        headers: Vec::new(),
        body: None,
        auth: None,
    };
    if let Ok(answer) = world.runtime.block_on(session.send(request)) {
        assert!(answer.body.len() <= CAP as usize && answer.headers.len() <= 32);
        assert!(answer.headers.iter().all(|(name, _)| !["set-cookie", "connection"].contains(&name.as_str())));
    }
}
