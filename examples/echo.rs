//! A TCP echo server and its clients, on sockets that greenlight knows nothing of.
//!
//! You will see one client hang up half-way, which ends its own task alone, five others being
//! answered at once on one thread, and an Event that ends the server. The sockets are async-net's:
//! a reactor in a thread of its own wakes the tasks, and greenlight parks until it does.
//!
//! What to change:
//! - Leave out `closing.set()`, so that nobody ends the server, and then the `Remote`, too: after a
//!   second greenlight says on stderr that this may be a stall, and who waits where.
//! - Return from `serve` without the `join`: the group goes, and with it whoever is still served.

use async_net::{TcpListener, TcpStream};
use futures_lite::future::or;
use futures_lite::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, copy};
use greenlight::{TaskGroup, gather, sync::Event};
use std::{io, net::SocketAddr, rc::Rc};

pub(crate) fn main() {
    println!("{}", play().join("\n"));
}

pub(crate) fn play() -> Vec<String> {
    greenlight::run(async {
        // Says that something outside may wake this runtime, however long that takes.
        let _reactor = greenlight::remote();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
        let address = listener.local_addr().expect("the listener is bound");
        let closing = Rc::new(Event::new().named("closing"));
        let server = greenlight::task("server").spawn(serve(listener, closing.clone()));
        let mut lines = vec![hang_up_half_way(address).await.expect("the server listens")];
        for answer in gather((1..=5).map(|number| greet(address, number))).await {
            lines.push(answer.expect("the server answers"));
        }
        closing.set();
        let served = server.await.expect("the server does not panic");
        lines.push(format!("The server is closed, after {served} connections."));
        lines
    })
}

async fn serve(listener: TcpListener, closing: Rc<Event>) -> usize {
    let (mut connections, mut served) = (TaskGroup::new(), 0);
    let accept = async || Some(listener.accept().await);
    let close = async || {
        closing.wait().await;
        None
    };
    while let Some(accepted) = or(close(), accept()).await {
        let (stream, _) = accepted.expect("a connection can be accepted");
        served += 1;
        connections.spawn(async move { copy(stream.clone(), stream).await.map(drop) });
    }
    // A connection that broke off has failed, and that is its own affair.
    _ = connections.join().await;
    served
}

async fn greet(address: SocketAddr, number: usize) -> io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(format!("Client {number} says hello.\n").as_bytes()).await?;
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer).await?;
    Ok(format!("The server echoes: {}", answer.trim_end()))
}

async fn hang_up_half_way(address: SocketAddr) -> io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(b"Client 0 sa").await?;
    Ok("Client 0 hangs up half-way.".into())
}
