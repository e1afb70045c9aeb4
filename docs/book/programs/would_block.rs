//! What a socket says that has nothing to read, and is not to block.

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};

pub(crate) fn main() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let mut writes = TcpStream::connect(listener.local_addr().expect("it is bound")).expect("it listens");
    let (mut reads, _) = listener.accept().expect("somebody has connected");
    // ANCHOR: main
    reads.set_nonblocking(true).expect("a socket can be told not to block");
    let mut buffer = [0; 16];
    let nothing = reads.read(&mut buffer).expect_err("nobody has written");
    println!("Before somebody writes: {:?}.", nothing.kind());

    writes.write_all(b"hello").expect("the other end is open");
    let mut tries = 0_u64;
    let read = loop {
        tries += 1; // until it has come through the system
        match reads.read(&mut buffer) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            read => break read.expect("the other end is open"),
        }
    };
    println!("Afterwards: {:?}.", String::from_utf8_lossy(&buffer[..read]));
    // ANCHOR_END: main
    assert!(nothing.kind() == ErrorKind::WouldBlock && tries > 0 && read > 0);
}
