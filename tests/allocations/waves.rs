//! A million tasks, spawned and joined in waves; and objects that come and go in a run that the debug mode watches.

use crate::COUNTED;
use greenlight::sync::{Condition, Event};
use greenlight::{Runtime, spawn, spawn_detached, yield_now};
use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Waker};
use std::thread;

const WAVES: usize = 1000;
const TASKS_IN_A_WAVE: usize = 1000;

pub(crate) fn a_million_tasks_leave_no_more_live_bytes_than_the_first_two_waves() {
    let live_after = Runtime::builder().build().run(async {
        let mut live_after = Vec::with_capacity(WAVES);
        for number in 0..WAVES {
            wave(number).await;
            live_after.push(live_bytes());
        }
        live_after
    });
    // The ready queue has two buffers, which take turns: both have grown after two waves.
    let (second, last) = (live_after[1], live_after[WAVES - 1]);
    println!("{} tasks: {second} bytes live after the second wave, {last} after the last", WAVES * TASKS_IN_A_WAVE);
    let grown = live_after.iter().skip(1).position(|&live| live > second);
    assert_eq!(grown, None, "a wave left more than the second: {second} bytes then, {last} after the last one");
}

/// Tasks that end in their first poll and later, with an output and without, and all of them are
/// awaited.
async fn wave(number: usize) {
    let word: Rc<str> = "shared by the wave".into();
    let mut handles = Vec::with_capacity(TASKS_IN_A_WAVE);
    let mut tasks = Vec::with_capacity(TASKS_IN_A_WAVE);
    for task in 0..TASKS_IN_A_WAVE {
        let word = word.clone();
        match task % 3 {
            0 => tasks.push(spawn_detached(async move { assert!(!word.is_empty()) })),
            1 => handles.push(spawn(async move { number + word.len() })),
            _ => handles.push(spawn(async move {
                yield_now().await;
                number + word.len()
            })),
        }
    }
    for handle in handles {
        assert_eq!(handle.await.unwrap(), number + word.len());
    }
    for task in tasks {
        task.ended().await;
    }
}

pub(crate) fn the_debug_mode_forgets_the_objects_that_are_gone() {
    let runtime = Runtime::builder().virtual_clock().debug(true).on_report(|_| {}).build();
    let live_after = runtime.run(async {
        let mut live_after = Vec::with_capacity(20);
        for _ in 0..20 {
            for _ in 0..1000 {
                signal_in_vain().await;
            }
            live_after.push(live_bytes());
        }
        live_after
    });
    let (first, last) = (live_after[0], live_after[live_after.len() - 1]);
    println!("20000 objects: {first} bytes live after the first thousand, {last} after the last");
    assert!(last <= first, "{first} bytes were live after the first thousand objects, {last} after the last");
}

/// Signals that reach nobody, of objects that are dropped then, and a task that is awaited.
async fn signal_in_vain() {
    let stock = Condition::new(());
    stock.notify_one(&stock.lock().await);
    Event::new().set();
    Event::new().pulse();
    spawn(async {}).await.expect("it returns");
}

pub(crate) fn a_thread_that_has_ended_leaves_nothing_behind() {
    type Wait = Pin<Box<dyn Future<Output = ()>>>;
    thread_local! { static KEPT: RefCell<Vec<Wait>> = const { RefCell::new(Vec::new()) } }
    let end_a_thread = |is_used_at_the_end: bool| {
        let ending = thread::spawn(move || {
            // What is used first goes last.
            if is_used_at_the_end {
                KEPT.with_borrow(|_| ());
            }
            greenlight::run(async { Event::new().set() });
            let light = Rc::new(Event::new());
            for _ in 0..1000 {
                let seen = light.clone();
                let mut wait: Wait = Box::pin(async move { seen.wait().await });
                assert!(wait.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
                KEPT.with_borrow_mut(|kept| kept.push(wait));
            }
        });
        ending.join().expect("nothing panics");
    };
    for is_used_at_the_end in [false, true] {
        end_a_thread(is_used_at_the_end);
        let first = live_bytes();
        (0..20).for_each(|_| end_a_thread(is_used_at_the_end));
        let last = live_bytes();
        println!("20 threads: {first} bytes live after one before, {last} after the last");
        assert!(last <= first, "{first} bytes were live after the first thread, {last} after the last");
    }
}

pub(crate) fn live_bytes() -> usize {
    let stats = COUNTED.stats();
    stats.bytes_allocated - stats.bytes_deallocated
}
