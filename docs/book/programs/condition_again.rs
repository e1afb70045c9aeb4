//! Between the notify and the turn of who was notified, somebody else may run: the predicate is asked again.

use greenlight::{gather_tasks, say, sync::Condition, task, yield_now};
use std::rc::Rc;

// ANCHOR: program
async fn program() {
    let dishes = Rc::new(Condition::new(0).named("dishes"));
    let guest = |name: &'static str| {
        let dishes = dishes.clone();
        task(name).spawn(async move {
            let guard = dishes.lock().await;
            let is_there = |dishes: &mut u32| {
                say!("{name} looks: {dishes}");
                *dishes > 0
            };
            *dishes.wait_for(guard, is_there).await -= 1;
            say!("{name} takes one");
        })
    };
    let alice = guest("alice");
    yield_now().await; // alice waits
    let mut guard = dishes.lock().await;
    let bob = guest("bob");
    yield_now().await; // bob asks for the lock, which is held
    *guard += 1;
    say!("the notify reaches {}", dishes.notify_one(&guard));
    drop(guard);
    yield_now().await;
    yield_now().await; // both have looked
    let mut guard = dishes.lock().await;
    *guard += 1;
    say!("the notify reaches {}", dishes.notify_one(&guard));
    drop(guard);
    gather_tasks([alice, bob]).await;
}
// ANCHOR_END: program

pub(crate) fn main() {
    greenlight::run(program());
}
