//! Every waiting method, dropped at every moment: before it was polled, while it waits, once it was
//! granted, in the turn in which it would go on. Whatever the moment, the others get all that is
//! theirs.

use crate::stage::{Log, run, shared, turns, within};
use greenlight::sync::{Barrier, Queue, Semaphore};
use greenlight::{TaskGroup, spawn, spawn_detached};
use std::future::Future;

/// Longer than any of the scenarios lasts.
const TURNS: usize = 8;

/// When and how the victim is dropped.
#[derive(Clone, Copy, Debug)]
struct Moment {
    after: usize,
    how: How,
}

#[derive(Clone, Copy, Debug)]
enum How {
    /// Its task is cancelled, before the others act in that turn.
    CancelledFirst,
    /// Its task is cancelled, after the others have acted in that turn.
    CancelledLast,
    /// Its task goes on without it.
    Dropped,
}

use How::{CancelledFirst, CancelledLast, Dropped};

impl Moment {
    /// Plays the victim and the others to their end.
    async fn play(self, victim: impl Future<Output = ()> + 'static, others: impl FnOnce()) {
        let Moment { after, how } = self;
        if matches!(how, Dropped) {
            spawn_detached(within(after, victim));
            others();
        } else {
            let victim = spawn_detached(victim);
            let cancel = async move {
                turns(after).await;
                victim.cancel();
            };
            if matches!(how, CancelledFirst) {
                spawn_detached(cancel);
                others();
            } else {
                others();
                spawn_detached(cancel);
            }
        }
        turns(2 * TURNS).await;
    }
}

/// Plays a scenario for every moment. The output of the failing one says which.
fn at_every_moment<F: Future<Output = ()>>(scenario: impl Fn(Moment) -> F) {
    for after in 0..TURNS {
        for how in [CancelledFirst, CancelledLast, Dropped] {
            let moment = Moment { after, how };
            println!("{moment:?}");
            run(scenario(moment));
        }
    }
}

#[test]
fn acquire() {
    at_every_moment(async |moment| {
        let desks = shared(Semaphore::bounded(1));
        let permit = desks.acquire().await;
        let victim = async {
            let _permit = desks.acquire().await;
            turns(1).await;
        };
        let log = Log::default();
        let said = log.clone();
        moment
            .play(victim, || {
                spawn_detached(async move {
                    turns(3).await;
                    drop(permit);
                });
                spawn_detached(async move {
                    let _permit = desks.acquire().await;
                    said.say("next has it");
                });
            })
            .await;
        assert_eq!((log.take(), desks.available()), (vec!["next has it".to_string()], 1));
    });
}

#[test]
fn acquire_many() {
    at_every_moment(async |moment| {
        let desks = shared(Semaphore::bounded(3));
        let permits = [desks.acquire().await, desks.acquire().await];
        let victim = async {
            let _permit = desks.acquire_many(3).await;
            turns(1).await;
        };
        let log = Log::default();
        let said = log.clone();
        moment
            .play(victim, || {
                for (permit, after) in permits.into_iter().zip([2, 4]) {
                    spawn_detached(async move {
                        turns(after).await;
                        drop(permit);
                    });
                }
                for (name, permits) in [("one", 1), ("two", 2)] {
                    let said = said.clone();
                    spawn_detached(async move {
                        let _permit = desks.acquire_many(permits).await;
                        said.say(name);
                    });
                }
            })
            .await;
        assert_eq!((log.take(), desks.available()), (vec!["one".to_string(), "two".to_string()], 3));
    });
}

#[test]
fn wait_of_a_barrier() {
    at_every_moment(async |moment| {
        let barrier = shared(Barrier::new(2));
        let log = Log::default();
        let party = |name, after| {
            let log = log.clone();
            async move {
                turns(after).await;
                let turn = barrier.wait().await.expect("nobody aborts");
                log.say(format!("{name} is {}", turn.index()));
            }
        };
        moment
            .play(party("victim", 0), || {
                [("b", 3), ("c", 3), ("d", 5)].map(|(name, after)| _ = spawn(party(name, after))).into_iter().collect()
            })
            .await;
        // Whoever is left over without the victim goes through with one more.
        if barrier.waiting() > 0 {
            party("filler", 0).await;
            turns(2).await;
        }
        let said = log.take();
        assert_eq!(barrier.waiting(), 0);
        for name in ["b", "c", "d"] {
            assert_eq!(said.iter().filter(|line| line.starts_with(name)).count(), 1, "{said:?}");
        }
        let index = |index: &str| said.iter().filter(|line| line.ends_with(index)).count();
        // A victim that was dropped while the barrier drained has its index, and does not say so.
        assert!(index("0") <= 2 && index("1") <= 2, "{said:?}");
        assert_eq!(index("0") + index("1"), said.len(), "{said:?}");
    });
}

#[test]
fn get() {
    at_every_moment(async |moment| {
        let queue = shared(Queue::unbounded());
        let log = Log::default();
        let getter = |name| {
            let log = log.clone();
            async move {
                let item = queue.get().await.expect("nobody closes");
                log.say(format!("{name} has {item}"));
            }
        };
        moment
            .play(getter("victim"), || {
                _ = spawn(getter("next"));
                spawn_detached(async move {
                    turns(3).await;
                    queue.try_put(1).unwrap();
                });
            })
            .await;
        let before = log.take();
        queue.try_put(2).unwrap();
        turns(2).await;
        match &before[..] {
            [next] if next == "next has 1" => assert_eq!((log.take(), queue.try_get()), (Vec::new(), Ok(2))),
            said => assert_eq!((said, &log.take()[..]), (&["victim has 1".into()][..], &["next has 2".into()][..])),
        }
        assert!(queue.is_empty());
    });
}

#[test]
fn put() {
    at_every_moment(async |moment| {
        let queue = shared(Queue::bounded(1));
        queue.try_put("here").unwrap();
        let log = Log::default();
        let said = log.clone();
        moment
            .play(async { queue.put("victim").await.unwrap() }, || {
                _ = spawn(async { queue.put("next").await.unwrap() });
                spawn_detached(async move {
                    loop {
                        turns(2).await;
                        said.say(queue.get().await.unwrap());
                    }
                });
            })
            .await;
        let said = log.take();
        assert!(said == ["here", "next"] || said == ["here", "victim", "next"], "{said:?}");
    });
}

#[test]
fn join_of_a_queue() {
    at_every_moment(async |moment| {
        let queue = shared(Queue::unbounded());
        queue.try_put(1).unwrap();
        let log = Log::default();
        let said = log.clone();
        moment
            .play(queue.join(), || {
                spawn_detached(async move {
                    queue.join().await;
                    said.say("next has joined");
                });
                spawn_detached(async move {
                    turns(3).await;
                    queue.task_done().unwrap();
                });
            })
            .await;
        assert_eq!(log.take(), ["next has joined"]);
    });
}

#[test]
fn join_of_a_task_group() {
    at_every_moment(async |moment| {
        let log = Log::default();
        let said = log.clone();
        let owner = async move {
            let mut group = TaskGroup::<&str>::new();
            for (name, after) in [("a", 2), ("b", 4)] {
                let guard = said.at_drop(format!("{name} gone"));
                group.spawn(async move {
                    turns(after).await;
                    drop(guard);
                    Ok(())
                });
            }
            group.join().await.unwrap();
            said.say("joined");
        };
        moment.play(owner, || {}).await;
        let said = log.take();
        let unstarted = said.is_empty();
        assert!(unstarted || said == ["a gone", "b gone"] || said == ["a gone", "b gone", "joined"], "{said:?}");
        assert!(!unstarted || moment.after == 0, "{said:?}");
    });
}
