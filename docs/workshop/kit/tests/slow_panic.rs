//! A panic whose message takes long to print. Alone in its process: whoever hooks into panics first is called last.

mod failing;

use failing::message;
use std::panic::{set_hook, take_hook};
use std::thread::sleep;
use std::time::Duration;

#[test]
fn the_time_in_which_a_panic_is_printed_does_not_count() {
    // As a backtrace on a machine with much else to do.
    let print = take_hook();
    set_hook(Box::new(move |panic| {
        if panic.payload_as_str() == Some("it takes long to print this") {
            sleep(Duration::from_millis(300));
        }
        print(panic);
    }));
    let told = message(|| kit::within(Duration::from_millis(100), || panic!("it takes long to print this")));
    assert_eq!(told, "it takes long to print this");
}
