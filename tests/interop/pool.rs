//! Blocking calls on the thread pool of the crate blocking, while the runtime's thread stays free.

use blocking::unblock;
use greenlight::{gather_tasks, run, sleep, spawn, timeout};
use stage::in_time;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{channel, sync_channel};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

const MILLISECOND: Duration = Duration::from_millis(1);

#[test]
fn a_blocking_call_runs_on_another_thread_and_yields_its_value() {
    let (there, here) = in_time(|| (run(unblock(|| thread::current().id())), thread::current().id()));
    assert_ne!(there, here);
}

#[test]
fn several_calls_block_at_once_while_a_ticker_keeps_ticking() {
    let ticks = in_time(|| {
        let (ticks, together) = (Arc::new(AtomicUsize::new(0)), Arc::new(Barrier::new(4)));
        let ticked = ticks.clone();
        run(async move {
            spawn(async move {
                loop {
                    sleep(MILLISECOND).await;
                    ticked.fetch_add(1, Ordering::Relaxed);
                }
            })
            .task();
            let call = |_| {
                let (ticks, together) = (ticks.clone(), together.clone());
                spawn(unblock(move || {
                    // Nobody gets past this unless all four block at once.
                    together.wait();
                    let from = ticks.load(Ordering::Relaxed);
                    while ticks.load(Ordering::Relaxed) < from + 20 {
                        thread::sleep(MILLISECOND);
                    }
                    ticks.load(Ordering::Relaxed) - from
                }))
            };
            gather_tasks((0..4).map(call)).await
        })
    });
    assert_eq!(ticks.len(), 4);
    assert!(ticks.into_iter().all(|ticks| ticks.expect("no call panics") >= 20));
}

#[test]
fn a_panic_inside_a_call_is_the_panic_of_the_task_that_awaits_it() {
    let (panicked, after) = in_time(|| {
        run(async {
            let call = spawn(unblock(|| panic!("the disk is gone")));
            let panicked: Result<(), _> = call.await;
            (panicked.map_err(|error| error.to_string()), unblock(|| "still here").await)
        })
    });
    let message = panicked.unwrap_err();
    assert!(message.contains("the disk is gone"), "{message}");
    assert_eq!(after, "still here", "the pool and the runtime go on");
}

#[test]
fn a_call_that_is_dropped_while_it_blocks_runs_on_to_its_end_unheard() {
    let ended = in_time(|| {
        let ((begin, begun), (go_on, gone_on), (end, ended)) = (channel(), channel(), channel());
        run(async move {
            let call = spawn(unblock(move || {
                begin.send(()).expect("the test waits");
                let told = gone_on.recv();
                end.send(told).expect("the test waits");
            }));
            while begun.try_recv().is_err() {
                sleep(MILLISECOND).await;
            }
            assert!(call.task().cancel());
            assert!(call.await.unwrap_err().is_cancelled(), "the runtime does not wait for the call");
        });
        go_on.send("the run is over").expect("the call still blocks");
        ended.recv().expect("the call ends")
    });
    assert_eq!(ended, Ok("the run is over"));
}

#[test]
fn a_call_that_takes_too_long_is_timed_out_and_its_thread_let_go() {
    let elapsed = in_time(|| {
        let (go_on, gone_on) = sync_channel::<()>(1);
        let elapsed = run(timeout(20 * MILLISECOND, unblock(move || gone_on.recv())));
        drop(go_on);
        elapsed.is_err()
    });
    assert!(elapsed);
}
