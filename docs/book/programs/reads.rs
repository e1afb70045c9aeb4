//! A reactor of one socket: a thread that blocks in `read`, and wakes who waits for the line.

use greenlight::{remote, run, say, task};
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::thread::{self, JoinHandle};

// ANCHOR: shared
/// What the two threads share. The lock is held for a moment only, and never while the socket is read.
#[derive(Default)]
struct Shared {
    line: Option<String>,
    waker: Option<Waker>,
}

/// The next line of a socket: a future.
struct Line(Arc<Mutex<Shared>>);
// ANCHOR_END: shared

// ANCHOR: reactor
/// Starts a thread that waits for the line, where nobody minds that it blocks.
fn read_line(socket: TcpStream) -> (Line, JoinHandle<()>) {
    let shared = Arc::new(Mutex::new(Shared::default()));
    let theirs = shared.clone();
    let reactor = thread::spawn(move || {
        let mut line = String::new();
        BufReader::new(socket).read_line(&mut line).expect("the other end is open");
        let mut shared = theirs.lock().expect("nobody panics with the lock");
        shared.line = Some(line.trim_end().to_string());
        let waiting = shared.waker.take();
        drop(shared);
        waiting.into_iter().for_each(Waker::wake);
    });
    (Line(shared), reactor)
}
// ANCHOR_END: reactor

// ANCHOR: poll
impl Future for Line {
    type Output = String;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<String> {
        let mut shared = self.0.lock().expect("nobody panics with the lock");
        if let Some(line) = shared.line.take() {
            return Poll::Ready(line);
        }
        shared.waker = Some(cx.waker().clone());
        Poll::Pending
    }
}
// ANCHOR_END: poll

// ANCHOR: main
async fn program() {
    // Says that something outside may wake this runtime, however long that takes.
    let _reactor = remote();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    let mut writes = TcpStream::connect(address).expect("it listens");
    let (reads, _) = listener.accept().expect("somebody has connected");
    let (line, reactor) = read_line(reads);

    let reader = task("reader").spawn(async move {
        say!("The reader waits for a line.");
        let line = line.await;
        say!("The reader has {line:?}.");
    });
    let writer = task("writer").spawn(async move {
        say!("The writer writes.");
        writes.write_all(b"hello\n").expect("the other end is open");
    });
    reader.await.expect("the reader does not panic");
    writer.await.expect("the writer does not panic");
    reactor.join().expect("the thread has read a line");
}
// ANCHOR_END: main

pub(crate) fn main() {
    run(program());
}
