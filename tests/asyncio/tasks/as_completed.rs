//! CPython's tests of `asyncio.as_completed`, each under its name there. What has ended next comes with
//! its outcome, and with its place among the tasks.

use super::{after, assert_needs_a_runtime, ms};
use greenlight::{AsCompleted, Deadline, JoinHandle, as_completed, now, spawn, timeout, timeout_at};
use stage::run;
use std::collections::BTreeSet;

/// What the tasks yield that have not been looked at, in the order of their ends.
async fn outputs<T>(ended: &mut AsCompleted<T>) -> Vec<T> {
    let mut outputs = Vec::new();
    while let Some((_, outcome)) = ended.next_ended().await {
        outputs.push(outcome.expect("no task fails"));
    }
    outputs
}

#[test]
fn test_as_completed() {
    run(async {
        let sleepers = [(10, 'a'), (10, 'b'), (150, 'c')].map(|(duration, name)| spawn(after(ms(duration), name)));
        let [a, b, c] = sleepers;
        let order = outputs(&mut as_completed([b, c, a])).await;
        assert_eq!(now().since_start(), ms(150));
        assert_eq!(BTreeSet::from_iter(&order[..2]), BTreeSet::from([&'a', &'b']));
        assert_eq!(order[2..], ['c']);
    });
}

#[test]
fn test_as_completed_same_tasks_in_as_out() {
    run(async {
        let mut ended = as_completed((0..4).map(|number| spawn(async move { number })));
        let mut places = BTreeSet::new();
        while let Some((place, outcome)) = ended.next_ended().await {
            assert_eq!(outcome.expect("no task fails"), place);
            places.insert(place);
        }
        assert_eq!(places, BTreeSet::from([0, 1, 2, 3]));
    });
}

#[test]
fn test_as_completed_with_timeout() {
    run(async {
        let deadline = Deadline::at(now() + ms(120));
        let mut ended = as_completed([(100, 'a'), (150, 'b')].map(|(duration, name)| spawn(after(ms(duration), name))));
        let (_, first) = timeout_at(&deadline, ended.next_ended()).await.expect("a is in time").expect("a is there");
        assert_eq!(first.expect("no task fails"), 'a');
        assert!(timeout_at(&deadline, ended.next_ended()).await.is_err());
        assert_eq!(now().since_start(), ms(120));
        // b is not lost.
        assert_eq!(outputs(&mut ended).await, ['b']);
    });
}

#[test]
fn test_as_completed_with_unused_timeout() {
    run(async {
        let mut ended = as_completed([spawn(after(ms(10), 'a'))]);
        assert_eq!(timeout(ms(1000), outputs(&mut ended)).await, Ok(vec!['a']));
        assert_eq!(now().since_start(), ms(10));
    });
}

#[test]
fn test_as_completed_resume_iterator() {
    run(async {
        let mut ended = as_completed((0..4).map(|number| spawn(async move { number })));
        let mut collected = BTreeSet::new();
        while let Some((_, outcome)) = ended.next_ended().await {
            collected.insert(outcome.expect("no task fails"));
            if collected.len() == 2 {
                break;
            }
        }
        assert_eq!(collected.len(), 2);

        collected.extend(outputs(&mut ended).await);
        assert_eq!(collected, BTreeSet::from([0, 1, 2, 3]));
    });
}

#[test]
fn test_as_completed_coroutine_without_loop() {
    assert_needs_a_runtime("as_completed", || as_completed(Vec::<JoinHandle<()>>::new()));
}

#[test]
fn test_as_completed_coroutine_use_running_loop() {
    run(async {
        assert_eq!(outputs(&mut as_completed([spawn(async { 42 })])).await, [42]);
    });
}
