//! A supervisor runs three services, gives each attempt a deadline, tries again, and gives up.
//!
//! An attempt that takes too long is dropped by `timeout`, in the middle of its await; one that fails
//! returns an error. After each the supervisor waits longer before the next. A service that has used
//! up its attempts is an error of the TaskGroup, which cancels the others. One that runs for ever has
//! no output, and needs none.
//!
//! What to change:
//! - Write `Runs` for the mailer's last `Fails`: the clock ticks until the time of all is up.
//! - Give each attempt ten seconds: both services are up in the end, if late.
//! - Sleep for seven seconds in front of the `match`, and call `services.cancel()`: no error.

use greenlight::{TaskGroup, current, say, sleep, timeout};
use std::time::Duration;

/// What becomes of an attempt to start a service.
#[derive(Clone, Copy)]
enum Attempt {
    Fails,
    TakesTooLong,
    Runs,
}

use Attempt::{Fails, Runs, TakesTooLong};

pub(crate) async fn program() {
    let mut services = TaskGroup::new();
    services.task("cache").spawn(supervise(&[TakesTooLong, Runs]));
    services.task("mailer").spawn(supervise(&[Fails, TakesTooLong, Fails]));
    services.task("clock").spawn(async {
        loop {
            sleep(Duration::from_secs(4)).await;
            say!("clock: tick");
        }
    });
    match timeout(Duration::from_secs(60), services.join()).await {
        Ok(Ok(())) => say!("All services were stopped."),
        Ok(Err(down)) => say!("All services are down: {}.", down.failures()[0].cause),
        Err(_) => say!("All services are up."),
    }
}

async fn supervise(attempts: &[Attempt]) -> Result<(), String> {
    let service = current();
    let name = service.name().expect("every service has a name");
    for (number, &attempt) in (1..).zip(attempts) {
        say!("{name}: attempt {number}");
        match timeout(Duration::from_secs(2), start(attempt)).await {
            Ok(Ok(())) => {
                say!("{name}: is up");
                let _down = Down(name);
                return std::future::pending().await;
            }
            Ok(Err(why)) => say!("{name}: {why}"),
            Err(_) => say!("{name}: takes too long"),
        }
        sleep(Duration::from_secs(number)).await;
    }
    Err(format!("{name} gave up"))
}

async fn start(attempt: Attempt) -> Result<(), &'static str> {
    sleep(Duration::from_secs(if matches!(attempt, TakesTooLong) { 9 } else { 1 })).await;
    if matches!(attempt, Fails) { Err("no connection") } else { Ok(()) }
}

/// Says that a service goes down, when it is dropped.
struct Down<'a>(&'a str);

impl Drop for Down<'_> {
    fn drop(&mut self) {
        say!("{}: goes down", self.0);
    }
}

fn main() {
    greenlight::run(program());
}
