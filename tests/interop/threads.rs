//! Channels between threads and tasks, on the real clock: whoever waits is woken from the other side.

use crate::kinds::KINDS;
use futures::channel::oneshot;
use greenlight::{gather_tasks, run, spawn};
use stage::{in_time, within};
use std::sync::Arc;
use std::thread;
use std::time::Duration;
use tokio::sync::Notify;

const THREADS: u32 = 4;
const ITEMS: u32 = 2_000;

#[test]
fn what_four_threads_send_arrives_in_the_order_of_each() {
    for kind in KINDS {
        in_time(move || {
            let (sender, mut receiver) = kind.open(8);
            let threads: Vec<_> = (0..THREADS)
                .map(|number| {
                    let mut sender = sender.clone();
                    thread::spawn(move || {
                        for item in 0..ITEMS {
                            assert!(sender.send_blocking(number * ITEMS + item), "the runtime receives all");
                        }
                    })
                })
                .collect();
            drop(sender);
            let mut items = vec![Vec::new(); THREADS as usize];
            run(async {
                while let Some(item) = receiver.receive().await {
                    items[(item / ITEMS) as usize].push(item % ITEMS);
                }
            });
            threads.into_iter().for_each(|thread| thread.join().unwrap());
            assert_eq!(items, vec![Vec::from_iter(0..ITEMS); THREADS as usize], "{kind:?}");
        });
    }
}

#[test]
fn what_tasks_send_to_a_thread_arrives_in_the_order_of_each() {
    for kind in KINDS {
        in_time(move || {
            let (sender, mut receiver) = kind.open(8);
            let thread = thread::spawn(move || {
                let mut items = vec![Vec::new(); THREADS as usize];
                while let Some(item) = receiver.receive_blocking() {
                    items[(item / ITEMS) as usize].push(item % ITEMS);
                }
                items
            });
            run(async {
                let sending = (0..THREADS).map(|number| {
                    let mut sender = sender.clone();
                    spawn(async move {
                        for item in 0..ITEMS {
                            assert!(sender.send(number * ITEMS + item).await, "the thread receives all");
                        }
                    })
                });
                for sent in gather_tasks(Vec::from_iter(sending)).await {
                    sent.expect("no sender panics");
                }
            });
            drop(sender);
            assert_eq!(thread.join().unwrap(), vec![Vec::from_iter(0..ITEMS); THREADS as usize], "{kind:?}");
        });
    }
}

#[test]
fn receives_that_are_dropped_while_threads_send_lose_nothing() {
    for kind in KINDS {
        in_time(move || {
            let (mut sender, mut receiver) = kind.open(2);
            let thread = thread::spawn(move || {
                for item in 0..ITEMS {
                    assert!(sender.send_blocking(item), "the runtime receives all");
                }
            });
            let items = run(async {
                let (mut items, mut over) = (Vec::new(), false);
                while !over {
                    // Looks for an item for one turn, and for the next one as long as it takes.
                    for received in [within(1, receiver.receive()).await, Some(receiver.receive().await)] {
                        items.extend(received.flatten());
                        over |= received == Some(None);
                    }
                }
                items
            });
            thread.join().unwrap();
            assert_eq!(items, Vec::from_iter(0..ITEMS), "{kind:?}");
        });
    }
}

#[test]
fn a_task_that_waits_for_room_hears_that_the_receiving_thread_is_gone() {
    for kind in KINDS {
        let sent = in_time(move || {
            let (mut sender, mut receiver) = kind.open(1);
            let thread = thread::spawn(move || {
                assert_eq!(receiver.receive_blocking(), Some(0));
                thread::sleep(Duration::from_millis(20));
            });
            let sent = run(async {
                let mut sent = 0;
                while sender.send(sent).await {
                    sent += 1;
                }
                sent
            });
            thread.join().unwrap();
            sent
        });
        // One was received, and there was room for another, unless the thread was gone by then.
        assert!([1, 2].contains(&sent), "{kind:?}: {sent}");
    }
}

#[test]
fn a_task_that_asks_a_thread_has_its_answer_each_time() {
    in_time(|| {
        let (ask, questions) = std::sync::mpsc::channel::<(u32, oneshot::Sender<u32>)>();
        let thread = thread::spawn(move || {
            for (question, answer) in questions {
                answer.send(question * 2).expect("somebody waits for the answer");
            }
        });
        let sum = run(async move {
            let mut sum = 0;
            for question in 0..ITEMS {
                let (answer, answered) = oneshot::channel();
                ask.send((question, answer)).expect("the thread answers");
                sum += answered.await.expect("the thread answers");
            }
            sum
        });
        assert_eq!(sum, ITEMS * (ITEMS - 1));
        thread.join().unwrap();
    });
}

#[test]
fn a_notify_from_a_thread_wakes_a_parked_runtime_each_time() {
    in_time(|| {
        let (there, back) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (told, tell) = (there.clone(), back.clone());
        let thread = thread::spawn(move || {
            for _ in 0..ITEMS {
                pollster::block_on(told.notified());
                tell.notify_one();
            }
        });
        run(async {
            for _ in 0..ITEMS {
                there.notify_one();
                back.notified().await;
            }
        });
        thread.join().unwrap();
    });
}

#[test]
fn a_thread_that_panics_with_its_sender_ends_the_wait_for_it() {
    in_time(|| {
        let (sender, receiver) = oneshot::channel::<u32>();
        let thread = thread::spawn(move || {
            let _sender = sender;
            panic!("the thread gives up");
        });
        assert_eq!(run(receiver), Err(oneshot::Canceled));
        assert!(thread.join().is_err());
    });
}
