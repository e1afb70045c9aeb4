use std::future::ready;
use std::rc::Rc;

/// As a runtime with many threads declares it.
fn spawn(_future: impl Future<Output = ()> + Send + 'static) {}

fn main() {
    spawn(async {
        let name = Rc::new("Alice");
        ready(()).await;
        println!("Hello, {name}.");
    });
}
