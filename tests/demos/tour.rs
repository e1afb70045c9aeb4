//! The tour on a terminal, as somebody sees it who presses its keys: on a screen of 80 columns and 24 lines, and on one
//! of 160 and 50.

use crate::names;
use crate::screen::{SIZES, Shown};

impl Shown {
    /// Waits until a program is shown and was played.
    fn wait_for_program(&mut self, place: usize, name: &str) -> Vec<String> {
        let title = format!(" {}/{} {name}: ", place + 1, names().len());
        self.wait_for(&title, |lines| {
            lines[0].starts_with(&title) && !lines.iter().any(|line| line.contains("It is being played"))
        })
    }
}

/// The column where the source ends, in the lines between the title and what to change.
fn divided(lines: &[String]) -> usize {
    let column = lines[1].chars().position(|c| c == '┐').expect("the source stands beside what it says");
    let middle = lines[2..].iter().take_while(|line| !line.starts_with(" what to change"));
    for line in middle {
        assert_eq!(line.chars().nth(column), Some('│'), "{line}");
    }
    column
}

/// What stands on the right, without breaks.
fn right(lines: &[String], column: usize) -> String {
    let middle = lines[2..].iter().take_while(|line| !line.starts_with(" what to change"));
    let right = middle.map(|line| line.chars().skip(column + 1).collect::<String>());
    right.map(|line| line.trim().to_string()).collect::<Vec<_>>().join(" ")
}

#[test]
fn each_program_has_its_source_beside_its_lines_and_what_to_change_below_on_either_screen() {
    for size @ (columns, height) in SIZES {
        let Some(mut tour) = Shown::start(&["tour"], size) else { return };
        for (place, name) in names().iter().enumerate() {
            let lines = tour.wait_for_program(place, name);
            let screen = lines.join("\n");
            assert!(lines.len() == height as usize && lines.iter().all(|line| line.chars().count() <= columns.into()));
            let column = divided(&lines);
            let file = format!(" {}.rs ", name.replace('-', "_"));
            assert!(lines[1].starts_with(&file), "{screen}");
            assert!(lines[1][1..].contains(" lines and wakes ─"), "{screen}");
            assert!(lines[2..].iter().any(|line| line.contains("pub(crate) async fn ") || line.contains("const ")));
            // Where not all of them fit, the title says which do.
            let is_whole = !lines[1].chars().skip(column).collect::<String>().contains(" of ");
            let said = crate::lines::LINES[place].1.lines().take(if is_whole { usize::MAX } else { 1 });
            for line in said {
                assert!(right(&lines, column).contains(line.trim()), "{line} is cut off\n{screen}");
            }
            let below = lines.iter().position(|line| line.starts_with(" what to change in ")).expect(&screen);
            assert!(lines[below + 1].starts_with("- "), "{screen}");
            assert!(lines[height as usize - 1].starts_with(" Enter "), "{screen}");
            tour.press("\r");
        }
        assert_eq!(tour.exit_code(), Some(0), "Enter at the last one ends it");
        assert!(tour.is_given_back());
    }
}

#[test]
fn the_crosswalk_tells_each_line_with_its_time_and_who_woke_whom_in_between() {
    let Some(mut tour) = Shown::start(&["tour"], SIZES[1]) else { return };
    let lines = tour.wait_for_program(0, "crosswalk");
    let column = divided(&lines);
    let told: Vec<_> = lines[2..12].iter().map(|line| line.chars().skip(column + 1).collect::<String>()).collect();
    insta::assert_snapshot!(told.join("\n"), @"
    0 s Pedestrian is waiting for the signal.
        Traffic light is red.
    2 s   the timer of traffic_light fires → traffic_light wakes
        Traffic light turns green.
          traffic_light sets event `light`, crosswalk.rs:32 → pedestrian wakes
        Pedestrian crosses the street.
          gather 1 is told of an end → main wakes
        It ends.
    ");
}

#[test]
fn what_is_longer_than_the_screen_is_scrolled_by_arrows_and_letters_and_tab_goes_to_the_next_part() {
    let Some(mut tour) = Shown::start(&["tour"], SIZES[0]) else { return };
    let before = tour.wait_for_program(0, "crosswalk");
    let shows = |number: &'static str| move |lines: &[String]| lines[2].starts_with(number);
    let top = |lines: &[String]| lines[2].chars().take(3).collect::<String>();
    assert_eq!(top(&before), "17 ");
    for (keys, first) in [("\x1b[B", "18 "), ("j", "   "), ("k", "18 "), ("\x1b[A", "17 "), ("\x1b[H", " 1 ")] {
        tour.press(keys);
        tour.wait_for(first, shows(first));
    }
    // No further than there is something to see, and back from there at once.
    tour.press("kkkj");
    tour.wait_for("its second line", |lines| top(lines) != " 1 ");
    tour.press("\x1b[F");
    tour.wait_for("the end", |lines| lines[1].contains("-45 of 45 "));
    tour.press("\r");
    let before = tour.wait_for_program(1, "club");
    tour.press("\tj");
    let after = tour.wait_for("the next of its lines", |lines| lines[2].contains("Bob wants to enter the club."));
    assert_eq!(before[2][..40], after[2][..40], "the source stays");
}

#[test]
fn b_goes_back_and_q_ends_and_the_terminal_is_as_it_was() {
    let Some(mut tour) = Shown::start(&["tour"], SIZES[0]) else { return };
    tour.wait_for_program(0, "crosswalk");
    assert!(tour.screen.screen().alternate_screen(), "what stood there before is kept");
    tour.press("\r");
    tour.wait_for_program(1, "club");
    tour.press("b");
    tour.wait_for_program(0, "crosswalk");
    tour.press("b");
    tour.wait_for_program(0, "crosswalk");
    tour.press("q");
    assert_eq!(tour.exit_code(), Some(0));
    assert!(tour.is_given_back());
}

#[test]
fn ctrl_c_ends_the_tour_with_130_and_gives_the_terminal_back_also_from_outside() {
    for from_outside in [false, true] {
        let Some(mut tour) = Shown::start(&["tour"], SIZES[0]) else { return };
        tour.wait_for_program(0, "crosswalk");
        if from_outside {
            let pressed = std::process::Command::new("kill").args(["-INT", &tour.child.id().to_string()]).status();
            assert!(pressed.expect("there is a `kill`").success());
        } else {
            tour.press("\x03");
        }
        assert_eq!(tour.exit_code(), Some(130));
        assert!(tour.is_given_back());
        assert!(tour.lines().iter().any(|line| line == "interrupted"), "{:?}", tour.lines());
    }
}

#[test]
fn a_screen_that_is_too_small_says_how_large_it_has_to_be() {
    let Some(mut tour) = Shown::start(&["tour"], (30, 8)) else { return };
    tour.wait_for("the size", |lines| lines.join(" ").contains("40 columns and 12 lines are needed; q ends"));
    tour.press("q");
    assert_eq!(tour.exit_code(), Some(0));
}
