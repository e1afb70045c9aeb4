//! Two guests sign a book, and Alice is to be the first. Neither awaits anything.
//!
//! A poll is never interrupted, and each guest needs only one: the order in which the two are run is all that there is
//! to decide. greenlight runs who was spawned first, so Alice is first here. Who relies on that should say so, as
//! another executor may run Bob first.
//!
//! What to change:
//! - Have Bob await Alice's handle, as in `repaired`: what has to come first is awaited.
//! - Spawn Bob before Alice: the ordinary order is wrong, too.

use greenlight::{JoinHandle, gather_tasks, say, task};
use std::cell::RefCell;
use std::rc::Rc;

type Book = Rc<RefCell<Vec<&'static str>>>;

pub(crate) async fn program() {
    let book = Book::default();
    let alice = task("alice").spawn(sign("alice", book.clone()));
    let bob = task("bob").spawn(sign("bob", book.clone()));
    gather_tasks([alice, bob]).await;
    assert_eq!(book.borrow()[0], "alice", "Alice is the first in the book");
}

pub(crate) async fn repaired() {
    let book = Book::default();
    let alice = task("alice").spawn(sign("alice", book.clone()));
    let bob = task("bob").spawn(sign_after(alice, "bob", book.clone()));
    gather_tasks([bob]).await;
    assert_eq!(book.borrow()[0], "alice", "Alice is the first in the book");
}

async fn sign(name: &'static str, book: Book) {
    say!("{name} signs.");
    book.borrow_mut().push(name);
}

async fn sign_after(other: JoinHandle<()>, name: &'static str, book: Book) {
    other.await.expect("nobody cancels who is first");
    sign(name, book).await;
}

fn main() {
    println!("{}", greenlight::explore(repaired));
    greenlight::explore(program);
}
