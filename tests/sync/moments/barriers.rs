//! A dropped party of a barrier: while it fills it is not counted, later the others go on without
//! it; nobody has an index that another one has, every complete round has one leader, and the
//! barrier is as good as new.

use super::around::{Around, SIGNAL};
use super::loops::{Play, Said, at_every_moment, at_every_two_moments};
use greenlight::sync::{Barrier, BarrierTurn};
use greenlight::{sleep, yield_now};
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

/// A barrier, and who goes through it as what.
struct Gate {
    barrier: Barrier,
    said: Said,
    /// The turns of those who went on, in the order in which they did.
    turns: RefCell<Vec<BarrierTurn>>,
}

impl Gate {
    fn new(parties: usize, play: &Play) -> Rc<Self> {
        Rc::new(Gate { barrier: Barrier::new(parties), said: play.said.clone(), turns: RefCell::default() })
    }

    async fn arrive(self: Rc<Self>, name: &'static str, after: Duration, around: Around) {
        if !after.is_zero() {
            sleep(after).await;
        }
        match around.wait(self.barrier.wait()).await {
            Some(Ok(turn)) => {
                self.turns.borrow_mut().push(turn);
                self.said.say(format!("{name} {}", turn.index()));
            }
            Some(Err(error)) => self.said.say(format!("{name} {error:?}")),
            None => {}
        }
    }

    fn spawn(self: &Rc<Self>, play: &Play, names: &[&'static str], after: Duration) {
        for name in names {
            play.spawn(name, self.clone().arrive(name, after, Around::Nothing));
        }
    }

    /// Has those go on who wait for more, and looks that nobody is left.
    fn fill_up(self: &Rc<Self>, play: &Play) -> Vec<String> {
        let Gate { barrier, turns, .. } = &**self;
        let missing = (barrier.parties() - barrier.waiting()) % barrier.parties();
        self.spawn(play, &["filler"].repeat(missing), Duration::ZERO);
        play.run();
        let (lines, _) = play.lines();
        assert_unique(&lines);
        let state = format!("{barrier:?}");
        assert!(state.contains("waiting: 0, inside: 0, phase: Filling"), "{state}");
        assert_led(barrier.parties(), &turns.borrow());
        play.ends();
        lines.into_iter().filter(|line| !line.starts_with("filler")).collect()
    }
}

/// Nobody's index is that of another one of the round.
fn assert_unique(round: &[String]) {
    let mut indices: Vec<_> = round.iter().map(|line| index_in(line)).collect();
    indices.sort_unstable();
    assert!(indices.is_sorted_by(|one, next| one < next), "{round:?}");
}

/// Every round has one leader, who is the first of it to go on: the next leader begins the next round.
fn assert_led(parties: usize, turns: &[BarrierTurn]) {
    assert!(turns.first().is_none_or(|turn| turn.is_leader()), "{turns:?}");
    for round in turns.chunk_by(|_, next| !next.is_leader()) {
        let mut indices: Vec<_> = round.iter().map(|turn| turn.index()).collect();
        assert_eq!(indices[0], parties - 1, "{turns:?}");
        indices.sort_unstable();
        assert!(indices.is_sorted_by(|one, next| one < next), "{turns:?}");
    }
}

fn index_in(line: &str) -> &str {
    line.rsplit_once(' ').expect("a line ends in an index").1
}

/// What is said by parties that arrive in this order, first the one who is first.
fn round_of(names: &[&str]) -> Vec<String> {
    names.iter().enumerate().map(|(index, name)| format!("{name} {index}")).collect()
}

#[test]
fn a_party_that_leaves_while_it_fills_is_not_counted_and_later_the_others_go_on() {
    for place in 0..=2 {
        at_every_moment(|play| {
            let gate = Gate::new(4, play);
            play.line_up(&["a", "b"], place, |name, around| gate.clone().arrive(name, Duration::ZERO, around));
            gate.spawn(play, &["c", "d"], SIGNAL);
            play.run();
            let (mut round, victim) = play.lines();
            round.sort_by(|one, other| index_in(one).cmp(index_in(other)));
            let mut with_victim = vec!["a", "b", "c"];
            with_victim.insert(place, "victim");
            let mut with_victim = round_of(&with_victim);
            let place_of_victim = with_victim.remove(place);
            let last = gate.fill_up(play);
            if round == with_victim {
                assert!(victim.is_empty() || victim == [place_of_victim]);
                assert_eq!(last, ["d 0"]);
            } else {
                assert_eq!(round, round_of(&["a", "b", "c", "d"]));
                assert!(victim.is_empty() && last.is_empty(), "{victim:?} {last:?}");
            }
        });
    }
}

/// The victim is the last of its round to go on, and those at the turnstile wait for that.
#[test]
fn the_next_round_begins_when_the_last_party_is_gone() {
    at_every_moment(|play| {
        let gate = Gate::new(2, play);
        play.victim("victim", gate.clone().arrive("victim", Duration::ZERO, play.around()));
        gate.spawn(play, &["a", "b", "c"], SIGNAL);
        play.run();
        let (mut lines, victim) = play.lines();
        let last = gate.fill_up(play);
        if lines[0] == "a 1" {
            assert!(victim.is_empty() || victim == ["victim 0"]);
            assert_unique(&lines[1..]);
            lines.iter_mut().for_each(|line| line.truncate(1));
            lines.sort();
            assert_eq!((lines.concat(), last.len()), ("abc".to_string(), 0));
        } else {
            assert_eq!((lines.join(", "), last.join(", ")), ("b 1, a 0".to_string(), "c 0".to_string()));
            assert!(victim.is_empty(), "{victim:?}");
        }
    });
}

/// The victim comes while the barrier drains, and before another one.
#[test]
fn one_who_leaves_at_the_turnstile_is_not_counted() {
    at_every_moment(|play| {
        let gate = Gate::new(2, play);
        gate.spawn(play, &["a"], Duration::ZERO);
        gate.spawn(play, &["b"], SIGNAL);
        play.victim("victim", gate.clone().arrive("victim", SIGNAL, play.around()));
        gate.spawn(play, &["c"], SIGNAL);
        play.run();
        let (mut lines, victim) = play.lines();
        lines.extend(gate.fill_up(play));
        assert_eq!(lines[..2], ["b 1", "a 0"]);
        assert!(lines[2..] == ["c 1"] || lines[2..] == ["c 0"] && victim.is_empty(), "{lines:?}");
    });
}

#[test]
fn a_reset_sends_the_others_away_and_opens_it_for_a_new_round() {
    for place in [0, 2] {
        at_every_moment(|play| {
            let gate = Gate::new(4, play);
            play.line_up(&["a", "b"], place, |name, around| gate.clone().arrive(name, Duration::ZERO, around));
            let resetting = gate.clone();
            play.spawn("resetting", async move {
                sleep(SIGNAL).await;
                resetting.barrier.reset();
            });
            gate.spawn(play, &["c", "d", "e", "f"], SIGNAL);
            play.run();
            let (lines, victim) = play.lines();
            assert_eq!(lines[..2], ["a Interrupted", "b Interrupted"]);
            assert!(victim.is_empty() || victim == ["victim Interrupted"]);
            let mut next = lines[2..].to_vec();
            next.sort_by(|one, other| index_in(one).cmp(index_in(other)));
            assert_eq!(next, round_of(&["c", "d", "e", "f"]));
            assert!(gate.fill_up(play).is_empty());
        });
    }
}

#[test]
fn an_abort_sends_everybody_away() {
    for place in [0, 2] {
        at_every_moment(|play| {
            let gate = Gate::new(4, play);
            play.line_up(&["a", "b"], place, |name, around| gate.clone().arrive(name, Duration::ZERO, around));
            let aborting = gate.clone();
            play.spawn("aborting", async move {
                sleep(SIGNAL).await;
                aborting.barrier.abort();
            });
            gate.spawn(play, &["late"], SIGNAL);
            play.run();
            let (mut lines, victim) = play.lines();
            lines.sort();
            assert_eq!(lines, ["a Interrupted", "b Interrupted", "late Aborted"]);
            assert!(victim.is_empty() || victim == ["victim Interrupted"]);
            gate.barrier.reset();
            assert!(gate.fill_up(play).is_empty());
        });
    }
}

#[test]
fn two_who_leave_are_not_counted_either() {
    at_every_two_moments(|play| {
        let gate = Gate::new(3, play);
        gate.spawn(play, &["a"], Duration::ZERO);
        for name in ["victim 1", "victim 2"] {
            play.victim(name, gate.clone().arrive(name, Duration::ZERO, Around::Nothing));
        }
        for name in ["b", "c"] {
            let late = gate.clone();
            play.spawn(name, async move {
                yield_now().await;
                late.arrive(name, Duration::ZERO, Around::Nothing).await;
            });
        }
        play.run();
        let (round, victims) = play.lines();
        assert_unique(&[round.clone(), victims].concat());
        let mut names = [round, gate.fill_up(play)].concat();
        names.iter_mut().for_each(|line| line.truncate(1));
        names.sort();
        assert_eq!(names, ["a", "b", "c"]);
    });
}
