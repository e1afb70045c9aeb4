//! A dropped wait for a `Condition`: a notify that it was given and did not use reaches the next in
//! line, also while it queues for the lock again; one that was given nothing wakes nobody.

use super::around::{Around, SIGNAL};
use super::moments::{Play, Said, at_every_moment, at_every_two_moments};
use futures::FutureExt;
use greenlight::sync::{Condition, Lock, Woke};
use greenlight::{now, sleep, yield_now};
use stage::{on_drop, shared};
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

/// A club for one, with a line outside of it.
struct Club {
    line: Condition,
    /// How many were notified.
    notified: Cell<usize>,
    /// Set while a notify is under way.
    notifying: Cell<bool>,
    /// Set once somebody has left while a notify was under way.
    left_within: Cell<bool>,
    said: Said,
}

impl Club {
    fn new(line: Condition, play: &Play) -> Rc<Self> {
        Rc::new(Club {
            line,
            notified: Cell::new(0),
            notifying: Cell::new(false),
            left_within: Cell::new(false),
            said: play.said.clone(),
        })
    }

    /// Waits to be notified, and is inside then for a turn.
    async fn guest(self: Rc<Self>, name: &'static str, around: Around) {
        let _leaves = self.leaves();
        let guard = self.line.lock().await;
        if let Some(guard) = around.wait(self.line.wait(guard)).await {
            self.said.say(name);
            yield_now().await;
            drop(guard);
        }
    }

    /// Notes how a guest leaves.
    fn leaves(&self) -> impl Drop + use<'_> {
        on_drop(|| self.left_within.set(self.left_within.get() || self.notifying.get()))
    }

    /// Each notify was used once, and in order. Who leaves while a notify is under way, which needs
    /// an observer that meddles, hands on what it has before the others of that notify are woken.
    fn assert_inside(&self, mut guests: Vec<String>, expected: &[&str]) {
        if self.left_within.get() {
            guests.sort_unstable();
        }
        assert_eq!(guests, expected);
    }

    async fn notify(&self, n: usize) {
        let guard = self.line.lock().await;
        self.notifying.set(true);
        self.notified.set(self.notified.get() + self.line.notify(&guard, n));
        self.notifying.set(false);
        yield_now().await;
        drop(guard);
    }
}

/// What a bouncer does at the signal.
#[derive(Clone, Copy, Debug)]
enum Bouncer {
    /// Notifies nobody.
    Idle,
    /// Notifies two at once, and holds the lock for a turn.
    Both,
    /// Notifies two one after the other, and lets go of the lock in between.
    EachInTurn,
    /// Notifies two while somebody queues for the lock already.
    BehindAnother,
}

async fn bouncer(club: Rc<Club>, bouncer: Bouncer) {
    sleep(SIGNAL).await;
    match bouncer {
        Bouncer::Idle => club.notify(0).await,
        Bouncer::Both | Bouncer::BehindAnother => club.notify(2).await,
        Bouncer::EachInTurn => {
            club.notify(1).await;
            club.notify(1).await;
        }
    }
}

/// Four wait in line, one of them the victim, at that place. Two are notified. In the end everybody
/// is.
fn two_of_four(play: &Play, place: usize, kind: Bouncer) {
    let club = Club::new(Condition::new(()), play);
    play.line_up(&["a", "b", "c"], place, |name, around| club.clone().guest(name, around));
    play.spawn("bouncer", bouncer(club.clone(), kind));
    if let Bouncer::BehindAnother = kind {
        let club = club.clone();
        play.spawn("cleaner", async move {
            sleep(SIGNAL).await;
            let _guard = club.line.lock().await;
            yield_now().await;
        });
    }
    play.run();
    let (others, victim) = play.lines();
    let notified = if let Bouncer::Idle = kind { 0 } else { 2 };
    assert_eq!(club.notified.get(), notified);
    let inside = notified - victim.len();
    club.assert_inside(others, &["a", "b", "c"][..inside]);
    let here = usize::from(victim.is_empty() && play.struck_at().is_none() && matches!(play.around(), Around::Nothing));
    assert_eq!(format!("{:?}", club.line), free_condition(3 - inside + here));
    let_in(play, &club, &["a", "b", "c"][inside..]);
    play.ends();
}

/// Notifies who still waits, which are these.
fn let_in(play: &Play, club: &Rc<Club>, others: &[&str]) {
    let last = club.clone();
    play.spawn("closing", async move { last.notify(usize::MAX).await });
    play.run();
    assert_eq!(play.lines().0, others);
    assert_eq!(format!("{:?}", club.line), free_condition(0));
}

fn free_condition(waiters: usize) -> String {
    let lock = "Lock { name: None, locked: false, waiters: 0 }";
    format!("Condition {{ name: None, waiters: {waiters}, lock: {lock} }}")
}

#[test]
fn one_who_was_not_notified_wakes_nobody() {
    at_every_moment(|play| two_of_four(play, 1, Bouncer::Idle));
}

#[test]
fn of_two_that_are_notified_at_once_each_notify_is_used_once() {
    for place in 0..=3 {
        at_every_moment(|play| two_of_four(play, place, Bouncer::Both));
    }
}

#[test]
fn of_two_that_are_notified_in_turn_each_notify_is_used_once() {
    for place in 0..=1 {
        at_every_moment(|play| two_of_four(play, place, Bouncer::EachInTurn));
    }
}

#[test]
fn a_notify_is_passed_on_by_one_who_queues_for_the_lock_behind_another() {
    for place in 0..=1 {
        at_every_moment(|play| two_of_four(play, place, Bouncer::BehindAnother));
    }
}

#[test]
fn two_who_leave_pass_on_two_notifies() {
    at_every_two_moments(|play| {
        let club = Club::new(Condition::new(()), play);
        for name in ["victim 1", "victim 2"] {
            play.victim(name, club.clone().guest(name, Around::Nothing));
        }
        for name in ["a", "b", "c"] {
            play.spawn(name, club.clone().guest(name, Around::Nothing));
        }
        play.spawn("bouncer", bouncer(club.clone(), Bouncer::Both));
        play.run();
        let (others, victims) = play.lines();
        assert_eq!(club.notified.get(), 2);
        let inside = 2 - victims.len();
        club.assert_inside(others, &["a", "b", "c"][..inside]);
        assert!(victims.is_sorted(), "{victims:?}");
        let_in(play, &club, &["a", "b", "c"][inside..]);
        play.ends();
    });
}

/// Who is in the line of one condition is not woken for one who leaves the line of another, though
/// they share a lock.
#[test]
fn a_notify_stays_with_its_condition() {
    at_every_moment(|play| {
        let lock = Rc::new(Lock::new(()));
        let [left, right] = [(); 2].map(|()| Club::new(Condition::sharing(&lock), play));
        play.line_up(&["left 1", "left 2"], 0, |name, around| left.clone().guest(name, around));
        play.spawn("right 1", right.clone().guest("right 1", Around::Nothing));
        play.spawn("right 2", right.clone().guest("right 2", Around::Nothing));
        for club in [&left, &right] {
            let club = club.clone();
            play.spawn("bouncer", async move {
                sleep(SIGNAL).await;
                club.notify(1).await;
            });
        }
        play.run();
        let (mut others, victim) = play.lines();
        let lefts = 1 - victim.len();
        others.sort_unstable();
        assert_eq!(others, [&["left 1"][..lefts], &["right 1"]].concat());
        let_in(play, &left, &["left 1", "left 2"][lefts..]);
        let_in(play, &right, &["right 2"]);
        play.ends();
    });
}

/// Each of three takes one of two things that come one by one: none of them lies there while
/// somebody waits for it.
#[test]
fn a_dropped_wait_for_a_predicate_loses_nothing_that_another_waits_for() {
    for place in 0..=2 {
        at_every_moment(|play| {
            let stock = shared(Condition::new(0));
            play.line_up(&["a", "b"], place, |name, around| {
                let said = play.said.clone();
                async move {
                    let guard = stock.lock().await;
                    if let Some(mut guard) = around.wait(stock.wait_for(guard, |count| *count > 0)).await {
                        *guard -= 1;
                        said.say(name);
                        yield_now().await;
                    }
                }
            });
            let fill = async move || {
                let mut guard = stock.lock().await;
                *guard += 1;
                stock.notify_one(&guard);
            };
            let again = fill;
            play.spawn("producer", async move {
                sleep(SIGNAL).await;
                fill().await;
                yield_now().await;
                fill().await;
            });
            play.run();
            let (others, victim) = play.lines();
            assert_eq!(others, ["a", "b"][..2 - victim.len()]);
            assert_eq!(*stock.lock().now_or_never().expect("it is free"), 0);
            // With a third thing everybody has one.
            play.spawn("producer", async move { again().await });
            play.run();
            play.ends();
        });
    }
}

/// The victim waits until a deadline, the others for as long as it takes.
fn with_a_deadline(play: &Play, place: usize, deadline: Duration, held: bool) {
    let club = Club::new(Condition::new(()), play);
    play.line_up(&["a", "b", "c"], place, |name, around| {
        let club = club.clone();
        async move {
            if name != "victim" {
                return club.guest(name, around).await;
            }
            let _leaves = club.leaves();
            let guard = club.line.lock().await;
            let until = now() + deadline;
            if let Some((_guard, woke)) = around.wait(club.line.wait_until(guard, until)).await {
                if woke == Woke::Notified {
                    club.said.say(name);
                }
                yield_now().await;
            }
        }
    });
    play.spawn("bouncer", bouncer(club.clone(), Bouncer::Both));
    if held {
        let club = club.clone();
        play.spawn("cleaner", async move {
            sleep(deadline - MILLI).await;
            let _guard = club.line.lock().await;
            sleep(MILLI * 2).await;
        });
    }
    play.run();
    let (others, victim) = play.lines();
    assert_eq!(club.notified.get(), 2);
    let inside = 2 - victim.len();
    club.assert_inside(others, &["a", "b", "c"][..inside]);
    let_in(play, &club, &["a", "b", "c"][inside..]);
    play.ends();
}

const MILLI: Duration = Duration::from_millis(1);

#[test]
fn a_dropped_wait_until_a_deadline_passes_on_what_it_was_given() {
    for deadline in [1, 1000, 1001, 5000] {
        at_every_moment(|play| with_a_deadline(play, 0, MILLI * deadline, false));
    }
}

#[test]
fn one_whose_time_is_up_and_who_queues_for_the_lock_passes_nothing_on() {
    for deadline in [1, 999, 1000] {
        at_every_moment(|play| with_a_deadline(play, 1, MILLI * deadline, true));
    }
}
