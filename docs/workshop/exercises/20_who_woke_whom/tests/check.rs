use greenlight::{Builder, Runtime, gather_tasks, sleep, sync::Event, task};
use kit::check;
use std::future::{Future, poll_fn};
use std::rc::Rc;
use std::task::Poll;
use std::thread;
use std::time::Duration;
use who_woke_whom::WhoWokeWhom;

/// Runs a program on greenlight, in virtual time, with your observer looking on.
fn observe(program: impl Future<Output = ()> + 'static) -> Rc<WhoWokeWhom> {
    observe_on(Runtime::builder().virtual_clock(), program)
}

fn observe_on(runtime: Builder, program: impl Future<Output = ()> + 'static) -> Rc<WhoWokeWhom> {
    let observer = Rc::new(WhoWokeWhom::default());
    runtime.observer(observer.clone()).build().run(program);
    observer
}

/// Ann and Bob wait for the light, which is set after two seconds. Main waits for all three, one after the other.
async fn crossing() {
    let light = Rc::new(Event::new());
    let walkers = ["ann", "bob"].map(|name| {
        let light = light.clone();
        task(name).spawn(async move { light.wait().await })
    });
    let signal = task("signal").spawn(async move {
        sleep(Duration::from_secs(2)).await;
        light.set();
        light.set();
    });
    for walker in walkers {
        walker.await.expect("nobody cancels a walker");
    }
    signal.await.expect("nobody cancels the signal");
}

#[test]
fn the_signal_wakes_both() {
    check(|| {
        let seen = observe(crossing());
        let wakes = (seen.wakes("signal", "ann"), seen.wakes("signal", "bob"));
        assert_eq!(wakes, (1, 1), "signal set the event for which ann and bob waited. You say:\n{}", seen.table());
    });
}

#[test]
fn a_timer_wakes_the_signal() {
    check(|| {
        let seen = observe(crossing());
        assert_eq!(seen.wakes("a timer", "signal"), 1, "signal slept, and a timer woke it. You say:\n{}", seen.table());
    });
}

#[test]
fn nobody_is_counted_for_being_polled() {
    check(|| {
        let seen = observe(crossing());
        let lines = seen.table().lines().count();
        assert_eq!(lines, 4, "signal woke ann and bob, a timer woke signal, ann woke main. You say:\n{}", seen.table());
    });
}

#[test]
fn a_drop_can_wake_somebody() {
    /// Sets the event when it is dropped.
    struct Last(Rc<Event>);

    impl Drop for Last {
        fn drop(&mut self) {
            self.0.set();
        }
    }

    check(|| {
        let seen = observe(async {
            let over = Rc::new(Event::new());
            let last = Last(over.clone());
            let waiter = task("waiter").spawn(async move { over.wait().await });
            let holder = task("holder").spawn(async move {
                let _last = last;
                std::future::pending::<()>().await;
            });
            sleep(Duration::from_secs(1)).await;
            holder.cancel();
            waiter.await.expect("nobody cancels the waiter");
        });
        let told = seen.table();
        assert_eq!(seen.wakes("holder", "waiter"), 1, "holder was dropped, and that set the event. You say:\n{told}");
    });
}

#[test]
fn the_end_of_a_child_wakes_who_gathers() {
    check(|| {
        let seen = observe(async {
            let nap = |seconds| async move { sleep(Duration::from_secs(seconds)).await };
            gather_tasks([task("short").spawn(nap(1)), task("long").spawn(nap(2))]).await;
        });
        let told = seen.table();
        assert_eq!(seen.wakes("long", "main"), 1, "main gathers two, and long was the last to end. You say:\n{told}");
    });
}

#[test]
fn a_thread_wakes_it_too() {
    check(|| {
        let mut was_polled = false;
        let letter = poll_fn(move |cx| {
            if was_polled {
                return Poll::Ready(());
            }
            was_polled = true;
            let waker = cx.waker().clone();
            thread::spawn(move || {
                thread::sleep(Duration::from_millis(20));
                waker.wake();
            });
            Poll::Pending
        });
        // A thread sleeps by the real clock.
        let seen = observe_on(Runtime::builder(), letter);
        let told = seen.table();
        assert_eq!(seen.wakes("a thread", "main"), 1, "another thread called main's waker. You say:\n{told}");
    });
}

#[test]
fn a_call_between_two_turns_comes_from_outside() {
    check(|| {
        let observer = Rc::new(WhoWokeWhom::default());
        let runtime = Runtime::builder().observer(observer.clone()).build();
        let event = Rc::new(Event::new());
        let waits = event.clone();
        let guest = runtime.spawn(async move { waits.wait().await });
        runtime.turn();
        event.set();
        runtime.turn();
        assert!(guest.is_finished());
        let told = observer.table();
        assert!(told.starts_with("outside woke "), "nobody ran when the event was set. You say:\n{told}");
    });
}
