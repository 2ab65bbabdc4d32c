//! An OAuth 2 provider and the API that its tokens open, on loopback: it rotates refresh tokens, counts what it is asked,
//! and takes a refresh token that was used twice for stolen.

mod book;
mod wire;

use std::io;
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use book::{Book, Fault};
use wire::{Asked, Told};

/// A provider on a free port, ended with this value.
pub struct Provider {
    /// Such as `http://127.0.0.1:40123`.
    pub origin: String,
    shared: Arc<Shared>,
}

struct Shared {
    book: Mutex<Book>,
    /// Called when a refresh token has been used up, before anybody is told.
    rotated: Mutex<Option<Box<dyn Fn() + Send>>>,
    ended: AtomicBool,
}

impl Provider {
    /// One that knows this client, by its id and secret.
    #[must_use]
    pub fn start(client: &str, secret: &str) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let origin = format!("http://{}", listener.local_addr().expect("its address"));
        let book = Mutex::new(Book::new(client, secret));
        let shared = Arc::new(Shared { book, rotated: Mutex::default(), ended: AtomicBool::new(false) });
        let accepting = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if accepting.ended.load(Ordering::Relaxed) {
                    break;
                }
                let shared = Arc::clone(&accepting);
                // A connection that breaks is its client's affair.
                std::thread::spawn(move || stream.and_then(|stream| shared.answer(stream)));
            }
        });
        Self { origin, shared }
    }

    /// What it knows and has counted; to be changed, too.
    pub fn book(&self) -> MutexGuard<'_, Book> {
        self.shared.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Do this whenever a refresh token has been used up, before anybody is told.
    pub fn when_rotated(&self, then: impl Fn() + Send + 'static) {
        *self.shared.rotated.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(then));
    }
}

impl std::fmt::Debug for Provider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Provider").field("origin", &self.origin).finish_non_exhaustive()
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::Relaxed);
        // Wakes the thread that accepts.
        drop(TcpStream::connect(self.origin.trim_start_matches("http://")));
    }
}

impl Shared {
    fn answer(&self, stream: TcpStream) -> io::Result<()> {
        let asked = Asked::read(&stream)?;
        let (told, rotated, pause) = {
            let mut book = self.book.lock().unwrap_or_else(PoisonError::into_inner);
            let before = book.refreshes;
            (book.answer(&asked), book.refreshes > before, book.pause)
        };
        if rotated && let Some(then) = &*self.rotated.lock().unwrap_or_else(PoisonError::into_inner) {
            then();
        }
        std::thread::sleep(pause);
        Told::write(&told, stream)
    }
}
