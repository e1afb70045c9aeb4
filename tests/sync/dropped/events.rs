//! A dropped wait for an `Event`: the others go on as if it had never been there.

use super::around::{Around, SIGNAL};
use super::moments::{Play, at_every_moment};
use greenlight::sleep;
use greenlight::sync::Event;
use std::rc::Rc;

/// Four wait for an event, one of them the victim, at that place in the line, and one gives a
/// signal.
fn waiters_of(play: &Play, place: usize, signal: fn(&Event)) -> Rc<Event> {
    let light = Rc::new(Event::new());
    play.line_up(&["a", "b", "c"], place, |name, around: Around| {
        let (light, said) = (light.clone(), play.said.clone());
        async move {
            if around.wait(light.wait()).await.is_some() {
                said.say_hops(name);
            }
        }
    });
    let (signalled, said) = (light.clone(), play.said.clone());
    play.spawn("signal", async move {
        sleep(SIGNAL).await;
        said.cause();
        signal(&signalled);
    });
    play.run();
    light
}

#[test]
fn the_others_are_released_by_a_set_in_order_and_after_one_hop() {
    for place in 0..=3 {
        at_every_moment(|play| {
            let light = waiters_of(play, place, Event::set);
            assert_eq!(play.lines().0, ["a 1", "b 1", "c 1"]);
            assert_eq!(format!("{light:?}"), "Event { name: None, set: true, waiters: 0 }");
            play.ends();
        });
    }
}

#[test]
fn the_others_are_released_by_a_set_that_is_cleared_at_once() {
    at_every_moment(|play| {
        let light = waiters_of(play, 1, |light| {
            light.set();
            light.clear();
        });
        let (others, victim) = play.lines();
        assert_eq!(others, ["a 1", "b 1", "c 1"]);
        assert!(victim.is_empty() || victim == ["victim 1"]);
        assert_eq!(format!("{light:?}"), "Event { name: None, set: false, waiters: 0 }");
        play.ends();
    });
}

#[test]
fn a_pulse_counts_those_who_are_still_there() {
    at_every_moment(|play| {
        let light = waiters_of(play, 1, |light| {
            let line = format!("{light:?}");
            let released = light.pulse();
            // A blow may fall between the pulse and its count.
            assert!(line.contains(&format!("waiters: {released}")) || released == 3, "{line}: {released}");
        });
        assert_eq!(play.lines().0, ["a 1", "b 1", "c 1"]);
        assert_eq!(format!("{light:?}"), "Event { name: None, set: false, waiters: 0 }");
        play.ends();
    });
}

#[test]
fn nobody_is_released_for_one_who_leaves() {
    at_every_moment(|play| {
        let light = waiters_of(play, 1, |_| {});
        assert_eq!(play.lines().0, [""; 0]);
        assert_eq!(
            format!("{light:?}").contains("waiters: 3"),
            play.struck_at().is_some() || !matches!(play.around(), Around::Nothing)
        );
        light.set();
        play.run();
        assert_eq!(play.lines().0.len(), 3);
        play.ends();
    });
}
