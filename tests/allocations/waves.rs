//! A million tasks, spawned and joined in waves.

use crate::COUNTED;
use greenlight::{Runtime, spawn, spawn_detached, yield_now};
use std::rc::Rc;

const WAVES: usize = 1000;
const TASKS_IN_A_WAVE: usize = 1000;

pub(crate) fn a_million_tasks_leave_no_more_live_bytes_than_the_first_wave() {
    let live_after = Runtime::builder().build().run(async {
        let mut live_after = Vec::with_capacity(WAVES);
        for number in 0..WAVES {
            wave(number).await;
            live_after.push(live_bytes());
        }
        live_after
    });
    let (first, last) = (live_after[0], live_after[WAVES - 1]);
    println!("{} tasks: {first} bytes live after the first wave, {last} after the last", WAVES * TASKS_IN_A_WAVE);
    let grown = live_after.iter().position(|&live| live > first);
    assert_eq!(grown, None, "a wave left more than the first: {first} bytes then, {last} after the last one");
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

fn live_bytes() -> usize {
    let stats = COUNTED.stats();
    stats.bytes_allocated - stats.bytes_deallocated
}
