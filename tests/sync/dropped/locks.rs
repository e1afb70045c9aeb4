//! A dropped wait for a `Lock`: the next in line gets what it was granted, nobody overtakes, and no
//! two are ever inside.

use super::around::{Around, SIGNAL};
use super::moments::{Play, Said, at_every_moment, at_every_two_moments};
use greenlight::sync::{Condition, Lock, LockGuard, LockWait};
use greenlight::{sleep, yield_now};
use std::cell::Cell;
use std::fmt::Debug;
use std::rc::Rc;

/// A lock, or what has one.
trait Lockable: Debug + 'static {
    fn lock(&self) -> LockWait<'_, ()>;
}

impl Lockable for Lock {
    fn lock(&self) -> LockWait<'_, ()> {
        Lock::lock(self)
    }
}

impl Lockable for Condition {
    fn lock(&self) -> LockWait<'_, ()> {
        Condition::lock(self)
    }
}

/// A room for one.
struct Room<L> {
    door: L,
    inside: Cell<u32>,
    said: Said,
}

impl<L: Lockable> Room<L> {
    fn new(door: L, play: &Play) -> Rc<Self> {
        Rc::new(Room { door, inside: Cell::new(0), said: play.said.clone() })
    }

    /// A visit of whoever waits at the door, if that is not given up.
    async fn visit(self: Rc<Self>, name: &'static str, around: Around) {
        if let Some(guard) = around.wait(self.door.lock()).await {
            self.stay(name, guard).await;
        }
    }

    async fn stay(&self, name: &'static str, guard: LockGuard<'_, ()>) {
        // It is dropped before the guard.
        let (_guard, _visitor) = (guard, Visitor::enter(&self.inside));
        self.said.say(name);
        yield_now().await;
    }
}

/// Somebody who is alone in a room.
struct Visitor<'a>(&'a Cell<u32>);

impl<'a> Visitor<'a> {
    fn enter(inside: &'a Cell<u32>) -> Self {
        assert_eq!(inside.replace(inside.get() + 1), 0, "somebody is inside");
        Visitor(inside)
    }
}

impl Drop for Visitor<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

/// One is inside until the signal, three wait at the door and with them, at that place in the line,
/// the victim. In the turn of the signal two more come, before the first in line can run, and one
/// of them looks in first.
fn queue_at(play: &Play, room: &Rc<Room<impl Lockable>>, place: usize) {
    let first = room.clone();
    play.spawn("first", async move {
        let _guard = first.door.lock().await;
        sleep(SIGNAL).await;
    });
    play.line_up(&["a", "b", "c"], place, |name, around| room.clone().visit(name, around));
    for name in ["d", "e"] {
        let late = room.clone();
        play.spawn(name, async move {
            sleep(SIGNAL).await;
            late.visit(name, Around::Nothing).await;
        });
    }
    play.run();
    assert_eq!(play.lines().0, ["a", "b", "c", "d", "e"]);
    assert_eq!(room.inside.get(), 0);
    play.ends();
}

const FREE_LOCK: &str = "Lock { name: None, locked: false, waiters: 0 }";

#[test]
fn the_others_get_the_lock_in_order() {
    for place in 0..=3 {
        at_every_moment(|play| {
            let room = Room::new(Lock::new(()), play);
            queue_at(play, &room, place);
            assert_eq!(format!("{:?}", room.door), FREE_LOCK);
            assert!(room.door.try_lock().is_some());
        });
    }
}

#[test]
fn the_others_get_the_lock_of_a_condition_in_order() {
    at_every_moment(|play| {
        let room = Room::new(Condition::new(()), play);
        queue_at(play, &room, 0);
        assert_eq!(format!("{:?}", room.door), format!("Condition {{ name: None, waiters: 0, lock: {FREE_LOCK} }}"));
    });
}

/// The victim is alone in line: whoever comes while it may be dying gets the lock, sooner or later.
#[test]
fn a_newcomer_gets_the_lock_whatever_became_of_the_one_in_line() {
    at_every_moment(|play| {
        let room = Room::new(Lock::new(()), play);
        queue_of_one(play, &room);
        play.run();
        assert_eq!(play.lines().0, ["late"]);
        assert_eq!(format!("{:?}", room.door), FREE_LOCK);
        play.ends();
    });
}

fn queue_of_one(play: &Play, room: &Rc<Room<Lock>>) {
    let (first, late) = (room.clone(), room.clone());
    play.spawn("first", async move {
        let _guard = first.door.lock().await;
        sleep(SIGNAL).await;
    });
    play.victim("victim", room.clone().visit("victim", play.around()));
    play.spawn("late", async move {
        sleep(SIGNAL).await;
        late.visit("late", Around::Nothing).await;
    });
}

/// Who looks in with `try_lock` while everybody in line is alive must not get in.
#[test]
fn one_who_tries_gets_in_before_nobody_who_lives() {
    at_every_moment(|play| {
        let room = Room::new(Lock::new(()), play);
        let (first, tries) = (room.clone(), room.clone());
        play.spawn("first", async move {
            let _guard = first.door.lock().await;
            sleep(SIGNAL).await;
        });
        let victim = play.victim("victim", room.clone().visit("victim", play.around()));
        play.spawn("a", room.clone().visit("a", Around::Nothing));
        play.spawn("tries", async move {
            sleep(SIGNAL).await;
            if let Some(guard) = tries.door.try_lock() {
                tries.stay("tries", guard).await;
            }
        });
        play.run();
        assert_eq!(play.lines().0, ["a"]);
        assert!(victim.is_finished());
        assert_eq!(format!("{:?}", room.door), FREE_LOCK);
        play.ends();
    });
}

#[test]
fn two_who_leave_lose_the_lock_no_more_than_one() {
    at_every_two_moments(|play| {
        let room = Room::new(Lock::new(()), play);
        let first = room.clone();
        play.spawn("first", async move {
            let _guard = first.door.lock().await;
            yield_now().await;
        });
        play.spawn("a", room.clone().visit("a", Around::Nothing));
        play.victim("victim 1", room.clone().visit("victim 1", Around::Nothing));
        play.victim("victim 2", room.clone().visit("victim 2", Around::Nothing));
        play.spawn("b", room.clone().visit("b", Around::Nothing));
        play.run();
        let (others, victims) = play.lines();
        assert_eq!(others, ["a", "b"]);
        assert!(victims.is_sorted(), "{victims:?}");
        assert_eq!(format!("{:?}", room.door), FREE_LOCK);
        play.ends();
    });
}
