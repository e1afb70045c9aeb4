/// As a runtime declares it.
fn spawn(_future: impl Future<Output = ()> + 'static) {}

fn greet() {
    let name = String::from("Alice");
    spawn(async {
        println!("Hello, {name}.");
    });
}

fn main() {
    greet();
}
