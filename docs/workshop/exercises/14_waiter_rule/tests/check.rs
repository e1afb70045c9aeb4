use futures_util::stream::{FuturesUnordered, StreamExt};
use given::crosswalk::{core, enter, run, sleep, task};
use given::event;
use kit::{Hand, check};
use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;
use waiter_rule::{Event, Wait};

const A_SECOND: Duration = Duration::from_secs(1);

/// The event of exercise 10 clones a waker for each wait. It is right, whoever polls it.
#[test]
fn the_plain_event_never_had_this_trouble() {
    check(|| {
        let light: &'static event::Event = Box::leak(Box::default());
        let got = run(async {
            let crowd = collect((0..3).map(|_| light.wait()));
            task("light", async { light.set() }).await;
            sleep(A_SECOND).await;
            crowd.get()
        });
        assert_eq!(got, 3);
    });
}

#[test]
fn a_task_waits_with_its_own_waker() {
    check(|| {
        run(async {
            let light = Rc::new(Event::default());
            let guest = task("guest", light.wait());
            sleep(A_SECOND).await;
            let kept = core().wakers_of(guest.id);
            assert_eq!(kept, 0, "`guest` is a task and waits with its own waker: its number is enough, clone no waker");
            light.set();
            guest.await;
        });
    });
}

#[test]
fn a_futures_unordered_gets_on() {
    check(|| {
        run(async {
            let light = Rc::new(Event::default());
            let got = collect((0..3).map(|_| light.wait()));
            sleep(A_SECOND).await;
            light.set();
            sleep(A_SECOND).await;
            assert_eq!(
                got.get(),
                3,
                "the event was set, and `crowd` has got {} of its 3 waits: its task was woken, but FuturesUnordered \
                 polls only those inside whose own waker was called",
                got.get()
            );
        });
    });
}

#[test]
fn a_foreign_executor_can_wait_too() {
    check(|| {
        let _entered = enter();
        let light = Rc::new(Event::default());
        let mut guest = Hand::new("by hand", light.wait());
        guest.pending();
        light.set();
        guest.woken();
        guest.ready();
    });
}

#[test]
fn a_wait_that_moves_to_another_task_wakes_that_one() {
    check(|| {
        run(async {
            let light = Rc::new(Event::default());
            let mut wait = light.wait();
            poll_once(&mut wait).await;
            let has_come = Rc::new(Cell::new(false));
            let comes = has_come.clone();
            task("other", async move {
                wait.await;
                comes.set(true);
            });
            sleep(A_SECOND).await;
            light.set();
            sleep(A_SECOND).await;
            assert!(
                has_come.get(),
                "main polled the wait first, and `other` has it now: the event woke main, not `other`"
            );
        });
    });
}

/// A task that polls them all in a FuturesUnordered, and counts those that are over.
fn collect<F: Future<Output = ()> + 'static>(waits: impl Iterator<Item = F>) -> Rc<Cell<usize>> {
    let mut waits: FuturesUnordered<F> = waits.collect();
    let got = Rc::new(Cell::new(0));
    let counts = got.clone();
    task("crowd", async move {
        while waits.next().await.is_some() {
            counts.set(counts.get() + 1);
        }
    });
    got
}

/// Polls a wait in the name of the task that runs.
async fn poll_once(wait: &mut Wait) {
    poll_fn(|cx| {
        assert!(std::pin::Pin::new(&mut *wait).poll(cx).is_pending());
        Poll::Ready(())
    })
    .await;
}
