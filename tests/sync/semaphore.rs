//! `Semaphore`: who gets permits, when, and what becomes of those that a dropped waiter was
//! granted.

use greenlight::sync::{Event, Semaphore};
use greenlight::{JoinHandle, spawn, spawn_detached, task};
use stage::{Log, lines, refusal, run, shared, turns};

/// A task that asks for permits, says so when it has them, and gives them back at once.
fn passer(log: Log, desks: &'static Semaphore, name: &'static str, permits: usize) -> JoinHandle<()> {
    task(name).spawn(async move {
        let _permit = desks.acquire_many(permits).await;
        log.say_hops(name);
    })
}

/// A task that asks for permits and keeps them.
fn keeper(log: Log, desks: &'static Semaphore, name: &'static str, permits: usize) -> JoinHandle<()> {
    task(name).spawn(async move {
        desks.acquire_many(permits).await.forget();
        log.say(name);
    })
}

#[test]
fn an_uncontended_acquire_does_not_suspend() {
    let said = lines(async |log| {
        let desks = Semaphore::new(3);
        log.begin();
        let _one = desks.acquire().await;
        log.say_hops("one");
        let _two = desks.acquire_many(2).await;
        log.say_hops("two");
        assert_eq!(desks.available(), 0);
    });
    assert_eq!(said, ["one after 0", "two after 0"]);
}

#[test]
fn a_release_takes_one_hop_to_the_waiter() {
    let said = lines(async |log| {
        let desks = shared(Semaphore::new(1));
        let permit = desks.acquire().await;
        spawn_detached(async move { drop(desks.acquire().await) });
        let _waiter = passer(log, desks, "waiter", 1);
        turns(1).await;
        log.begin();
        drop(permit);
        turns(3).await;
    });
    assert_eq!(said, ["waiter after 2"], "the first in line runs a hop after the release, the second a hop later");
}

#[test]
fn nobody_overtakes_also_not_one_who_asks_for_fewer() {
    let said = lines(async |log| {
        let desks = shared(Semaphore::new(3));
        let permits = [desks.acquire().await, desks.acquire().await, desks.acquire().await];
        let _waiters = [("many", 3), ("few", 1), ("two", 2)].map(|(name, count)| keeper(log, desks, name, count));
        turns(1).await;
        for permit in permits {
            drop(permit);
            turns(2).await;
            log.say(format!("{} free", desks.available()));
        }
        for _ in 0..3 {
            desks.release(1).unwrap();
            turns(2).await;
            log.say(format!("{} free", desks.available()));
        }
    });
    assert_eq!(said, ["1 free", "2 free", "many", "0 free", "few", "0 free", "1 free", "two", "0 free"]);
}

#[test]
fn a_newcomer_who_asks_for_what_is_free_waits_behind_one_who_asks_for_more() {
    let said = lines(async |log| {
        let desks = shared(Semaphore::new(1));
        let _many = keeper(log, desks, "many", 2);
        turns(1).await;
        assert!(desks.try_acquire().is_none());
        let _few = keeper(log, desks, "few", 1);
        turns(2).await;
        log.say("two are released");
        desks.release(2).unwrap();
        turns(2).await;
    });
    assert_eq!(said, ["two are released", "many", "few"]);
}

#[test]
fn a_release_of_several_serves_all_whom_they_suffice_for() {
    let said = lines(async |log| {
        let desks = shared(Semaphore::new(0));
        let _waiters = [("a", 1), ("b", 2), ("c", 2)].map(|(name, count)| keeper(log, desks, name, count));
        turns(1).await;
        desks.release(4).unwrap();
        turns(2).await;
        log.say(format!("{} free", desks.available()));
    });
    assert_eq!(said, ["a", "b", "1 free"]);
}

#[test]
fn a_release_skips_the_dying() {
    let said = lines(async |log| {
        let desks = shared(Semaphore::new(0));
        let [dying, living] = ["dying", "living"].map(|name| keeper(log, desks, name, 1));
        turns(1).await;
        dying.task().cancel();
        desks.release(1).unwrap();
        assert_eq!(desks.available(), 0, "the permit is granted to the living one");
        living.await.unwrap();
    });
    assert_eq!(said, ["living"]);
}

#[test]
fn newcomers_do_not_count_the_dying() {
    run(async {
        let desks = shared(Semaphore::new(0));
        let dying = spawn(async { desks.acquire().await.forget() });
        turns(1).await;
        dying.task().cancel();
        desks.release(1).unwrap();
        assert!(desks.try_acquire().is_some());
    });
}

#[test]
fn a_granted_waiter_stays_in_line_until_it_runs() {
    let said = lines(async |log| {
        let desks = shared(Semaphore::new(0));
        let _granted = keeper(log, desks, "granted", 1);
        turns(1).await;
        desks.release(2).unwrap();
        assert_eq!(desks.available(), 1);
        assert!(desks.try_acquire().is_none(), "a newcomer waits behind the granted one though a permit is free");
        let _newcomer = keeper(log, desks, "newcomer", 1);
        turns(2).await;
        log.say(format!("{} free", desks.available()));
    });
    assert_eq!(said, ["granted", "newcomer", "0 free"]);
}

#[test]
fn a_waiter_that_runs_hands_on_what_is_free() {
    let said = lines(async |log| {
        let desks = shared(Semaphore::new(0));
        let granted = keeper(log, desks, "granted", 1);
        turns(1).await;
        desks.release(2).unwrap();
        log.begin();
        let newcomer = desks.acquire();
        let newcomer = async move {
            newcomer.await.forget();
            log.say_hops("newcomer");
        };
        newcomer.await;
        granted.await.unwrap();
    });
    assert_eq!(said, ["granted", "newcomer after 2"]);
}

#[test]
fn a_release_grants_one_waiter_for_each_permit() {
    let said = lines(async |log| {
        let desks = shared(Semaphore::new(0));
        let _first = keeper(log, desks, "first", 1);
        turns(1).await;
        let _newcomers = ["second", "third"].map(|name| keeper(log, desks, name, 1));
        spawn_detached(async move {
            desks.release(1).unwrap();
            log.say(format!("{} free", desks.available()));
        });
        desks.release(2).unwrap();
        turns(2).await;
    });
    assert_eq!(said, ["1 free", "first", "second", "third"], "the first hands out what the release left free");
}

#[test]
fn a_granted_waiter_that_is_dropped_before_it_runs_gives_back() {
    let said = lines(async |log| {
        let desks = shared(Semaphore::new(0));
        let [victim, next] = ["victim", "next"].map(|name| passer(log, desks, name, 2));
        turns(1).await;
        desks.release(2).unwrap();
        log.begin();
        victim.task().cancel();
        next.await.unwrap();
        assert_eq!(desks.available(), 2);
    });
    assert_eq!(said, ["next after 2"], "one hop to the drop, one to the next in line");
}

/// Says that it was told, and tells the next at once.
fn relay(log: Log, name: &'static str, told: &'static Event, tells: &'static Event) -> JoinHandle<()> {
    task(name).spawn(async move {
        told.wait().await;
        log.say(name);
        tells.set();
    })
}

/// The lines are what CPython prints for the same program.
#[test]
fn a_granted_waiter_that_is_dropped_gives_back_at_once_though_another_one_has_not_run() {
    let said = lines(async |log| {
        let (desks, first, second) = (shared(Semaphore::new(0)), shared(Event::new()), shared(Event::new()));
        let [a, _b, _c] = ["a", "b", "c"].map(|name| keeper(log, desks, name, 1));
        let _relay = relay(log, "told", first, second);
        let _end = relay(log, "told in turn", second, first);
        turns(1).await;
        desks.release(1).unwrap();
        a.task().cancel();
        first.set();
        desks.release(1).unwrap();
        turns(4).await;
    });
    assert_eq!(said, ["told", "b", "c", "told in turn"]);
}

/// The lines are what CPython 3.13 prints for the same program; earlier ones say "told in turn" before "newcomer".
#[test]
fn who_leaves_the_line_hands_out_what_is_free_though_one_who_was_granted_has_not_run() {
    let said = lines(async |log| {
        let (desks, first, second) = (shared(Semaphore::new(0)), shared(Event::new()), shared(Event::new()));
        let [dying, _granted] = ["dying", "granted"].map(|name| keeper(log, desks, name, 1));
        let _relay = relay(log, "told", first, second);
        let _end = relay(log, "told in turn", second, first);
        turns(1).await;
        let _newcomer = keeper(log, desks, "newcomer", 1);
        dying.task().cancel();
        first.set();
        desks.release(2).unwrap();
        turns(4).await;
    });
    assert_eq!(said, ["told", "granted", "newcomer", "told in turn"]);
}

#[test]
fn it_is_locked_for_who_comes_behind_one_that_was_granted_a_permit_though_another_is_free() {
    run(async {
        let desks = shared(Semaphore::new(0));
        let granted = spawn(async { desks.acquire().await.forget() });
        turns(1).await;
        desks.release(2).unwrap();
        assert_eq!((desks.available(), desks.is_locked()), (1, true), "who was granted one has not run");
        granted.await.unwrap();
        assert_eq!((desks.available(), desks.is_locked()), (1, false));
        desks.acquire().await.forget();
        assert!(desks.is_locked());
    });
}

#[test]
fn it_is_not_locked_by_those_who_are_dying() {
    run(async {
        let desks = shared(Semaphore::new(0));
        let dying = spawn(async { desks.acquire().await.forget() });
        turns(1).await;
        dying.task().cancel();
        desks.release(1).unwrap();
        assert!(!desks.is_locked());
    });
}

#[test]
fn a_dropped_big_asker_in_front_lets_the_small_ones_through() {
    let said = lines(async |log| {
        let desks = shared(Semaphore::new(2));
        let big = keeper(log, desks, "big", 3);
        let _small = ["first", "second", "third"].map(|name| keeper(log, desks, name, 1));
        turns(2).await;
        log.say("the big one is cancelled");
        big.task().cancel();
        turns(3).await;
        log.say(format!("{} free", desks.available()));
    });
    assert_eq!(said, ["the big one is cancelled", "first", "second", "0 free"]);
}

#[test]
fn a_dropped_waiter_in_the_middle_disturbs_nobody() {
    let said = lines(async |log| {
        let desks = shared(Semaphore::new(0));
        let [_first, middle, _last] = ["first", "middle", "last"].map(|name| keeper(log, desks, name, 1));
        turns(1).await;
        middle.task().cancel();
        turns(2).await;
        desks.release(2).unwrap();
        turns(2).await;
    });
    assert_eq!(said, ["first", "last"]);
}

#[test]
fn a_bounded_one_refuses_to_be_released_too_often() {
    let desks = Semaphore::bounded(2);
    let made = line!() - 1;
    let error = desks.release(1).unwrap_err();
    let message = format!(
        "the semaphore made at {}:{made}:17 would have more than its 2 permits: dropping a Permit releases it; call \
         release() only for permits that were forgotten with Permit::forget()",
        file!()
    );
    assert_eq!(error.to_string(), message);
    desks.try_acquire().expect("one is free").forget();
    assert_eq!(desks.release(2), Err(error), "one is missing, not two");
    assert_eq!(desks.available(), 1, "nothing was added");
    assert_eq!(desks.release(1), Ok(()));
    assert_eq!(desks.available(), 2);
}

/// One who comes from asyncio may release what the permit releases by itself: an unbounded one has more then.
#[test]
fn a_release_adds_to_the_permits_that_come_back_by_themselves() {
    let desks = Semaphore::new(1);
    let permit = desks.try_acquire().expect("one is free");
    assert_eq!(desks.release(1), Ok(()));
    drop(permit);
    assert_eq!(desks.available(), 2);
    desks.try_acquire().expect("two are free").forget();
    assert_eq!((desks.release(1), desks.available()), (Ok(()), 2), "one that was forgotten is back");
}

#[test]
fn a_bounded_one_counts_the_permits_that_are_held() {
    let desks = Semaphore::bounded(1);
    let permit = desks.try_acquire().expect("one is free");
    assert!(desks.release(1).is_err(), "the permit will be released by itself");
    drop(permit);
    assert_eq!(desks.available(), 1);
}

#[test]
fn a_bounded_one_counts_the_permits_that_are_granted() {
    run(async {
        let desks = shared(Semaphore::bounded(1));
        desks.acquire().await.forget();
        let waiter = task("waiter").spawn(desks.acquire());
        turns(1).await;
        desks.release(1).unwrap();
        assert_eq!(desks.available(), 0);
        assert!(desks.release(1).is_err(), "the waiter has the only permit, and does not know yet");
        drop(waiter.await.unwrap());
        assert_eq!(desks.available(), 1);
    });
}

#[test]
fn an_unbounded_one_refuses_what_cannot_be_counted() {
    let desks = Semaphore::new(1);
    assert!(desks.release(usize::MAX).is_err());
    assert_eq!(desks.available(), 1);
    let permit = desks.try_acquire().expect("one is free");
    assert!(desks.release(usize::MAX).is_err(), "the one that is held has to have room");
    drop(permit);
    assert_eq!(desks.release(usize::MAX - 1), Ok(()));
}

#[test]
fn an_unbounded_one_takes_more_than_it_began_with() {
    let desks = Semaphore::new(0);
    desks.release(3).unwrap();
    assert_eq!(desks.available(), 3);
}

#[test]
fn a_forgotten_permit_is_not_released() {
    let desks = Semaphore::new(1);
    desks.try_acquire().expect("one is free").forget();
    assert_eq!(desks.available(), 0);
    desks.release(1).unwrap();
    assert_eq!(desks.available(), 1);
}

#[test]
fn a_permit_gives_back_as_many_as_were_asked_for() {
    run(async {
        let desks = Semaphore::new(5);
        let permit = desks.acquire_many(4).await;
        assert_eq!(desks.available(), 1);
        drop(permit);
        assert_eq!(desks.available(), 5);
    });
}

#[test]
fn asking_a_bounded_one_for_more_than_it_ever_has_is_refused() {
    let desks = Semaphore::bounded(2).named("desks");
    let line = line!() - 1;
    let made = format!("{}:{line}:17", file!());
    assert_eq!(
        refusal(|| drop(desks.acquire_many(3))),
        format!(
            "3 permits were asked of semaphore `desks` (made at {made}), which never has more than 2; ask for fewer"
        )
    );
    let none = Semaphore::bounded(0);
    assert!(refusal(|| none.try_acquire().is_some()).starts_with("1 permits were asked of the semaphore made at "));
}

#[test]
fn none_at_all_is_asked_for_in_turn_too() {
    let said = lines(async |log| {
        let desks = shared(Semaphore::new(0));
        desks.acquire_many(0).await.forget();
        let _waiters = [("one", 1), ("none", 0)].map(|(name, count)| keeper(log, desks, name, count));
        turns(2).await;
        log.say("one is released");
        desks.release(1).unwrap();
        turns(2).await;
    });
    assert_eq!(said, ["one is released", "one", "none"]);
}
