//! The timer wheel and the lists that it is made of, against a `BTreeMap` and a `VecDeque` that do
//! the same the plain way. Both are private to the runtime, so their files are part of this module.

#[path = "../../runtime/list.rs"]
mod list;
#[path = "../../runtime/wheel.rs"]
mod timers;
#[path = "."]
mod watch {
    #[path = "../../runtime/watch/check_lists.rs"]
    mod check_lists;
}

use crate::properties::holds_for_all;
use list::{Arena, List};
use proptest::prelude::*;
use std::collections::{BTreeMap, HashMap, VecDeque};
use timers::{self as wheel, Wheel};

/// The name of a timer in a test: the number of its arming.
type Name = usize;

/// What a wheel does, in terms of a sorted map.
#[derive(Default)]
struct Model {
    position: u64,
    /// The timers that are not due, in the order in which they will be.
    armed: BTreeMap<(u64, Name), ()>,
    due: VecDeque<(u64, Name)>,
}

impl Model {
    fn insert(&mut self, deadline: u64, name: Name) {
        if deadline <= self.position {
            self.due.push_back((deadline, name));
        } else {
            self.armed.insert((deadline, name), ());
        }
    }

    /// Whether it was there: it has not fired.
    fn remove(&mut self, name: Name) -> bool {
        let before = self.armed.len() + self.due.len();
        self.armed.retain(|&(_, other), ()| other != name);
        self.due.retain(|&(_, other)| other != name);
        self.armed.len() + self.due.len() < before
    }

    fn advance(&mut self, now: u64) {
        self.position = self.position.max(now);
        let later = self.armed.split_off(&(self.position, Name::MAX));
        let due = std::mem::replace(&mut self.armed, later);
        self.due.extend(due.into_keys());
    }

    fn jump(&mut self) -> Option<u64> {
        if self.due.is_empty() {
            let (&(deadline, _), ()) = self.armed.first_key_value()?;
            self.advance(deadline);
        }
        Some(self.position)
    }

    fn earliest(&self) -> Option<u64> {
        let (&(deadline, _), ()) = self.armed.first_key_value()?;
        Some(deadline)
    }
}

/// A wheel and its model, side by side.
struct Pair {
    wheel: Wheel<Name>,
    model: Model,
    /// The places of the timers in the wheel, also of those that have fired.
    places: HashMap<Name, u32>,
    names: Name,
}

impl Pair {
    fn new() -> Self {
        Pair { wheel: Wheel::new(), model: Model::default(), places: HashMap::new(), names: 0 }
    }

    fn insert(&mut self, deadline: u64) {
        let name = self.names;
        self.names += 1;
        let place = self.wheel.insert(deadline, name);
        assert!(self.places.values().all(|&other| other != place), "a place has one tenant");
        self.places.insert(name, place);
        self.model.insert(deadline, name);
    }

    /// Removes the timer that a number between 0 and 1 points at, armed, due or fired.
    fn remove(&mut self, which: f64) {
        let mut names: Vec<_> = self.places.keys().copied().collect();
        names.sort_unstable();
        let Some(&name) = names.get((which * names.len() as f64) as usize) else {
            return;
        };
        let place = self.places.remove(&name).expect("the name is one of these");
        let unfired = self.model.remove(name).then_some(name);
        assert_eq!(self.wheel.get_mut(place).copied(), unfired);
        assert_eq!(self.wheel.remove(place), unfired);
    }

    fn advance(&mut self, by: u64) {
        let now = self.model.position.saturating_add(by);
        self.wheel.advance(now);
        self.model.advance(now);
    }

    fn jump(&mut self) {
        assert_eq!(self.wheel.jump(), self.model.jump());
    }

    /// Fires up to so many of the timers that are due.
    fn pop(&mut self, at_most: usize) {
        for _ in 0..at_most {
            let popped = self.wheel.pop_due();
            let expected = self.model.due.pop_front();
            assert_eq!(popped.map(|(_, name)| name), expected.map(|(_, name)| name));
            let (Some((place, _)), Some((deadline, name))) = (popped, expected) else {
                return;
            };
            assert!(deadline <= self.model.position, "never early");
            assert_eq!(place, self.places[&name]);
        }
    }

    /// What holds at any moment.
    fn check(&self) {
        self.wheel.check();
        let mut armed: Vec<_> = self.wheel.armed().map(|(deadline, &name)| (deadline, name)).collect();
        armed.sort_unstable();
        let mut expected: Vec<_> = self.model.armed.keys().chain(&self.model.due).copied().collect();
        expected.sort_unstable();
        assert_eq!(armed, expected);

        let expiry = self.wheel.next_expiry();
        match (self.model.due.is_empty(), self.model.earliest()) {
            (false, _) => assert_eq!(expiry, Some(self.model.position)),
            (true, None) => assert_eq!(expiry, None),
            (true, Some(earliest)) => {
                let expiry = expiry.expect("a timer is armed");
                assert!(self.model.position < expiry, "the expiry lies ahead");
                assert!(expiry <= earliest, "nothing is due before the expiry");
                if earliest >> 6 == self.model.position >> 6 {
                    assert_eq!(expiry, earliest, "a near deadline is known exactly");
                }
            }
        }
    }
}

/// What may happen to a wheel.
#[derive(Clone, Debug)]
enum Step {
    /// Arms a timer at that distance from the position; a negative one has passed already.
    Arm(i64),
    /// Arms a timer at a deadline anywhere in time.
    ArmAt(u64),
    Remove(f64),
    Advance(u64),
    Jump,
    Pop(usize),
}

/// Distances that crowd around the borders of the levels.
fn distance() -> impl Strategy<Value = u64> {
    prop_oneof![
        4 => 0..10u64,
        4 => 0..200u64,
        2 => 0..10_000u64,
        2 => (0..10u32, 0..5u64).prop_map(|(level, more)| (1 << (6 * level)) + more),
        1 => (1..10u32, 0..5u64).prop_map(|(level, less)| (1u64 << (6 * level)) - less),
        1 => any::<u64>().prop_map(|any| any >> 20),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => distance().prop_map(|distance| Step::Arm(i64::try_from(distance).unwrap_or(i64::MAX))),
        1 => (-100..0i64).prop_map(Step::Arm),
        1 => prop_oneof![any::<u64>(), Just(u64::MAX)].prop_map(Step::ArmAt),
        3 => (0.0..1.0f64).prop_map(Step::Remove),
        3 => distance().prop_map(Step::Advance),
        2 => Just(Step::Jump),
        3 => (0..5usize).prop_map(Step::Pop),
    ]
}

#[test]
fn a_wheel_does_what_a_sorted_map_does() {
    let start = prop_oneof![Just(0), distance(), any::<u64>()];
    holds_for_all(256, (start, prop::collection::vec(step(), 0..120)), |(start, steps)| {
        let mut pair = Pair::new();
        pair.advance(start);
        for step in steps {
            match step {
                Step::Arm(distance) => pair.insert(pair.model.position.saturating_add_signed(distance)),
                Step::ArmAt(deadline) => pair.insert(deadline),
                Step::Remove(which) => pair.remove(which),
                Step::Advance(by) => pair.advance(by),
                Step::Jump => pair.jump(),
                Step::Pop(at_most) => pair.pop(at_most),
            }
            pair.check();
        }
        // In the end all time passes, jump by jump.
        while pair.model.jump().is_some() {
            pair.wheel.jump();
            pair.pop(usize::MAX);
            pair.check();
        }
        assert_eq!(pair.wheel.jump(), None);
    });
}

#[test]
fn ties_fire_in_the_order_of_arming_however_far_apart_they_were_armed() {
    let leads = prop::collection::btree_set(0..1u64 << 30, 2..20);
    holds_for_all(256, (1..1u64 << 30, leads), |(deadline, leads)| {
        let mut wheel = Wheel::new();
        let leads: Vec<_> = leads.into_iter().rev().filter(|&lead| lead < deadline).collect();
        for &lead in &leads {
            wheel.advance(deadline - lead);
            wheel.insert(deadline, lead);
        }
        wheel.advance(deadline);
        let fired: Vec<_> = std::iter::from_fn(|| wheel.pop_due().map(|(_, lead)| lead)).collect();
        assert_eq!(fired, leads);
    });
}

#[test]
fn a_list_does_what_a_deque_does() {
    holds_for_all(256, prop::collection::vec((0..4u8, 0..8usize), 0..100), |steps| {
        let (mut arena, list, mut model) = (Arena::new(), List::new(), VecDeque::new());
        for (number, (step, which)) in steps.into_iter().enumerate() {
            match (step, model.get(which).copied()) {
                (0 | 1, _) => {
                    let index = arena.insert(number);
                    assert!(!arena.is_linked(index));
                    list.push_back(&mut arena, index);
                    assert!(arena.is_linked(index));
                    model.push_back((index, number));
                }
                (2, Some((index, number))) => {
                    list.unlink(&mut arena, index);
                    assert!(!arena.is_linked(index));
                    assert_eq!(arena.remove(index), number);
                    model.remove(which);
                }
                _ => {
                    let popped = list.pop_front(&mut arena);
                    assert_eq!(popped, model.pop_front().map(|(index, _)| index));
                    popped.map(|index| arena.remove(index));
                }
            }
            assert_eq!(list.check(&arena, |_, _| {}), model.len());
            let order: Vec<_> = list.iter(&arena).map(|index| (index, *arena.get(index))).collect();
            assert_eq!(order, Vec::from(model.clone()));
            assert_eq!(list.is_empty(), model.is_empty());
        }
    });
}

#[test]
fn a_timer_that_fired_stays_until_it_is_removed() {
    let mut wheel = Wheel::new();
    let place = wheel.insert(5, "first");
    wheel.advance(5);
    assert_eq!(wheel.pop_due(), Some((place, "first")));
    assert_eq!((wheel.armed().count(), wheel.get_mut(place)), (0, None));
    let other = wheel.insert(6, "second");
    assert_ne!(other, place);
    assert_eq!(wheel.remove(place), None);
    assert_eq!(wheel.insert(7, "third"), place, "its place is free now");
}

#[test]
fn a_jump_over_all_of_time_lands_on_its_last_tick() {
    let mut wheel = Wheel::new();
    wheel.insert(u64::MAX, "the end");
    assert_eq!(wheel.next_expiry(), Some(u64::MAX));
    assert_eq!(wheel.jump(), Some(u64::MAX));
    assert!(wheel.pop_due().is_some());
    assert_eq!(wheel.jump(), None);
    wheel.insert(u64::MAX, "again");
    assert_eq!(wheel.jump(), Some(u64::MAX), "a deadline that is now is due");
}

#[test]
fn the_next_deadline_is_known_however_far_away_it_is() {
    let mut wheel = Wheel::new();
    let [_, second, third] = [9_000_000, 5_000_001, 5_000_002].map(|deadline| wheel.insert(deadline, deadline));
    assert_eq!(wheel.next_expiry(), Some(5_000_001));
    wheel.remove(second);
    assert!(wheel.next_expiry().is_some_and(|expiry| expiry <= 5_000_002), "or one before it that was removed");
    assert_eq!(wheel.jump(), Some(5_000_002));
    assert_eq!(wheel.pop_due(), Some((third, 5_000_002)));
    assert_eq!(wheel.next_expiry(), Some(9_000_000));
}

#[test]
fn time_does_not_go_back() {
    let mut wheel = Wheel::new();
    wheel.advance(100);
    wheel.advance(50);
    let late = wheel.insert(70, ());
    assert_eq!(wheel.next_expiry(), Some(100));
    assert_eq!(wheel.pop_due(), Some((late, ())));
}

#[test]
fn a_timer_may_leave_while_it_is_due() {
    let mut wheel = Wheel::new();
    let [first, second, third] = [3, 3, 3].map(|deadline| wheel.insert(deadline, ()));
    wheel.advance(10);
    assert_eq!(wheel.pop_due(), Some((first, ())));
    wheel.remove(second);
    assert_eq!(wheel.pop_due(), Some((third, ())));
    assert_eq!(wheel.pop_due(), None);
}

#[test]
fn a_node_knows_its_neighbours_and_the_word_that_was_left_with_it() {
    let (mut arena, list) = (list::Arena::new(), list::List::new());
    let [a, b] = ['a', 'b'].map(|name| arena.insert(name));
    [a, b].iter().for_each(|&node| list.push_back(&mut arena, node));
    assert_eq!((list.first(), arena.next(a), arena.next(b)), (a, b, list::END));
    assert_eq!((arena.prev(b), arena.prev(a)), (a, list::END));
    list.unlink(&mut arena, a);
    arena.set_word(a, 7);
    assert_eq!((arena.word(a), arena.is_linked(a), list.first()), (7, false, b));
}

#[test]
fn a_wheel_counts_its_timers_also_those_that_have_fired() {
    let mut wheel = Wheel::new();
    let [first, _] = [3, 5].map(|deadline| wheel.insert(deadline, deadline));
    wheel.advance(3);
    assert_eq!((wheel.pop_due(), wheel.len()), (Some((first, 3)), 2));
    wheel.remove(first);
    assert_eq!(wheel.len(), 1);
}
