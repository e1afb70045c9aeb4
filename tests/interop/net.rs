//! TCP on loopback with async-net, whose reactor wakes tasks from a thread of its own.

use async_net::{TcpListener, TcpStream};
use futures_lite::future::or;
use futures_lite::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use greenlight::sync::Event;
use greenlight::{JoinHandle, Runtime, TaskGroup, gather, run, sleep, spawn, task, yield_now};
use stage::{Log, in_time, run_unreported};
use std::cell::Cell;
use std::io;
use std::net::{Shutdown, SocketAddr};
use std::rc::Rc;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// A server that echoes lines until an event ends it.
struct Server {
    address: SocketAddr,
    closing: Rc<Event>,
    /// How many connections are open.
    open: Rc<Cell<usize>>,
    /// How many connections there were, once all of them are over.
    served: JoinHandle<usize>,
}

impl Server {
    async fn start() -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
        let address = listener.local_addr().expect("the listener is bound");
        let (closing, open) = (Rc::new(Event::new().named("closing")), Rc::<Cell<usize>>::default());
        let served = task("server").spawn(serve(listener, closing.clone(), open.clone()));
        Server { address, closing, open, served }
    }

    async fn end(self) -> usize {
        self.closing.set();
        self.served.await.expect("the server does not panic")
    }

    /// Waits until so many connections are open.
    async fn until_open(&self, count: usize) {
        while self.open.get() != count {
            sleep(Duration::from_millis(1)).await;
        }
    }
}

async fn serve(listener: TcpListener, closing: Rc<Event>, open: Rc<Cell<usize>>) -> usize {
    let (mut connections, mut served) = (TaskGroup::new(), 0);
    while let Some(accepted) = or(async { Some(listener.accept().await) }, closed(&closing)).await {
        let (stream, _) = accepted.expect("a connection can be accepted");
        served += 1;
        connections.spawn(echo(stream, open.clone()));
    }
    drop(listener);
    connections.join().await.expect("no connection fails");
    served
}

async fn closed<T>(closing: &Event) -> Option<T> {
    closing.wait().await;
    None
}

/// Echoes whole lines until the other side hangs up, even in the middle of one.
async fn echo(mut stream: TcpStream, open: Rc<Cell<usize>>) -> Result<(), io::ErrorKind> {
    open.set(open.get() + 1);
    let (mut lines, mut line) = (BufReader::new(stream.clone()), String::new());
    while lines.read_line(&mut line).await.is_ok_and(|_| line.ends_with('\n')) {
        stream.write_all(line.as_bytes()).await.map_err(|error| error.kind())?;
        line.clear();
    }
    open.set(open.get() - 1);
    Ok(())
}

/// Sends lines and yields what comes back for each.
async fn talk(address: SocketAddr, lines: impl IntoIterator<Item = String>) -> io::Result<Vec<String>> {
    let mut stream = TcpStream::connect(address).await?;
    let (mut answers, mut answered) = (BufReader::new(stream.clone()), Vec::new());
    for line in lines {
        stream.write_all(format!("{line}\n").as_bytes()).await?;
        let mut answer = String::new();
        answers.read_line(&mut answer).await?;
        answered.push(answer.trim_end().to_string());
    }
    Ok(answered)
}

#[test]
fn a_hundred_connections_are_answered_each_with_its_own_lines() {
    let (answers, served) = in_time(|| {
        run(async {
            let server = Server::start().await;
            let line = |client| move |number| format!("line {number} of client {client}");
            let clients = (0..100).map(|client| talk(server.address, (0..3).map(line(client))));
            let answers: io::Result<Vec<_>> = gather(clients).await.into_iter().collect();
            (answers.expect("every client is answered"), server.end().await)
        })
    });
    let line = |client, number| format!("line {number} of client {client}");
    let expected = (0..100).map(|client| (0..3).map(|number| line(client, number)).collect());
    assert_eq!(answers, Vec::<Vec<_>>::from_iter(expected));
    assert_eq!(served, 100);
}

#[test]
fn a_connection_that_is_dropped_half_way_ends_its_own_task_alone() {
    in_time(|| {
        run(async {
            let server = Server::start().await;
            let mut half = TcpStream::connect(server.address).await.expect("the server listens");
            half.write_all(b"half a li").await.expect("the server is there");
            let whole = TcpStream::connect(server.address).await.expect("the server listens");
            server.until_open(2).await;
            drop(half);
            server.until_open(1).await;
            let answers = talk(server.address, ["still here".into()]).await.expect("the server goes on");
            assert_eq!(answers, ["still here"]);
            drop(whole);
            assert_eq!(server.end().await, 3);
        });
    });
}

#[test]
fn a_reader_whose_task_is_cancelled_hangs_up() {
    let lines = in_time(|| {
        let log = Log::default();
        run(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
            let address = listener.local_addr().expect("the listener is bound");
            let mut peer = TcpStream::connect(address).await.expect("the listener listens");
            let (mut stream, _) = listener.accept().await.expect("the peer has connected");
            let reader = spawn(async move {
                let _guard = log.at_drop("the reader is dropped");
                log.say("the reader waits");
                let read = stream.read(&mut [0; 16]).await;
                log.say(format!("the reader has read {read:?}"));
            });
            yield_now().await;
            assert!(reader.task().cancel());
            log.say("the reader is cancelled");
            assert!(reader.await.unwrap_err().is_cancelled());
            let read = peer.read(&mut [0; 16]).await.expect("the connection was closed in order");
            log.say(format!("the peer reads {read} bytes: the end"));
        });
        log.take()
    });
    let expected =
        ["the reader waits", "the reader is cancelled", "the reader is dropped", "the peer reads 0 bytes: the end"];
    assert_eq!(lines, expected);
}

#[test]
fn an_event_ends_the_server_after_the_connections_that_it_has() {
    in_time(|| {
        run(async {
            let server = Server::start().await;
            let address = server.address;
            let mut last = TcpStream::connect(address).await.expect("the server listens");
            server.until_open(1).await;
            server.closing.set();
            yield_now().await;
            let refused = TcpStream::connect(address).await.map(drop).unwrap_err();
            assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
            last.write_all(b"the last line\n").await.expect("this connection goes on");
            last.shutdown(Shutdown::Write).expect("this connection goes on");
            let mut answer = String::new();
            last.read_to_string(&mut answer).await.expect("this connection goes on");
            assert_eq!(answer, "the last line\n");
            assert_eq!(server.end().await, 1);
        });
    });
}

/// Reads one byte that a thread writes after so long.
fn read_after(runtime: &Runtime, pause: Duration) -> io::Result<u8> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let writer = thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("the runtime connects");
        thread::sleep(pause);
        io::Write::write_all(&mut stream, b"!").expect("the runtime reads");
    });
    let read = runtime.run(async {
        let mut byte = [0];
        TcpStream::connect(address).await?.read_exact(&mut byte).await?;
        Ok(byte[0])
    });
    writer.join().expect("the writer does not panic");
    read
}

#[test]
fn a_read_that_takes_longer_than_a_second_is_suspected_to_be_a_stall_and_goes_on() {
    let (read, reports) = in_time(|| {
        let (reports, told) = mpsc::channel();
        let runtime = Runtime::builder().on_report(move |report| {
            reports.send(report.to_string()).expect("the test reads it");
        });
        let runtime = runtime.build();
        let read = read_after(&runtime, Duration::from_millis(1_300)).map_err(|error| error.kind());
        drop(runtime);
        (read, told.iter().collect::<Vec<_>>())
    });
    assert_eq!(read, Ok(b'!'));
    assert_eq!(reports.len(), 1);
    assert!(reports[0].starts_with("no task has run for 1 s, "), "{reports:?}");
}

#[test]
fn with_a_remote_at_hand_a_long_read_is_nothing_to_report() {
    let read = in_time(|| {
        run_unreported(|runtime| {
            let _outside = runtime.remote();
            read_after(runtime, Duration::from_millis(1_300)).map_err(|error| error.kind())
        })
    });
    assert_eq!(read, Ok(b'!'));
}

#[test]
fn with_a_remote_at_hand_virtual_time_waits_for_the_reactor() {
    let read = in_time(|| {
        let runtime = Runtime::builder().virtual_clock().build();
        let _outside = runtime.remote();
        read_after(&runtime, Duration::from_millis(30)).map_err(|error| error.kind())
    });
    assert_eq!(read, Ok(b'!'));
}
