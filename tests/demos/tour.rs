//! The tour on a terminal, as somebody sees it who presses its keys: on a screen of 80 columns and 24 lines, and on one
//! of 160 and 50.

use crate::names;
use pty_process::Size;
use pty_process::blocking::{Command, Pty, open};
use std::io::{ErrorKind, Read, Write, stderr};
use std::num::NonZero;
use std::os::fd::AsFd;
use std::process::Child;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

const SIZES: [(u16, u16); 2] = [(80, 24), (160, 50)];

/// After this long, what is waited for does not come.
const PATIENCE: Duration = Duration::from_secs(30);

/// A tour under way, and what stands on its screen. It does not outlive the test.
struct Shown {
    child: Child,
    keys: Pty,
    parts: Receiver<Vec<u8>>,
    screen: vt100::Parser,
}

impl Shown {
    /// Starts the tour; none, said aloud, where there is no terminal.
    fn start((columns, lines): (u16, u16)) -> Option<Shown> {
        let Ok((pty, slave)) = open() else {
            // Past the capture of the test harness, which shows nothing of a test that passes.
            _ = writeln!(stderr(), "skipped: there are no pseudo-terminals");
            return None;
        };
        pty.resize(Size::new(lines, columns)).expect("a pseudo-terminal has a size");
        let mut command = Command::new(env!("CARGO_BIN_EXE_greenlight-demos")).args(["tour"]);
        command = command.env("TERM", "xterm-256color").env_remove("GREENLIGHT_DEBUG").env_remove("GREENLIGHT_TRACE");
        let child = command.spawn(slave).expect("the binary can be started");
        let mut output = std::fs::File::from(pty.as_fd().try_clone_to_owned().expect("it can be read beside"));
        let (sender, parts) = channel();
        thread::spawn(move || {
            let mut part = [0; 4096];
            loop {
                match output.read(&mut part) {
                    Ok(count) if count > 0 && sender.send(part[..count].to_vec()).is_ok() => {}
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    _ => return,
                }
            }
        });
        let [lines, columns] = [lines, columns].map(|count| NonZero::new(count).expect("a screen has a size"));
        Some(Shown { child, keys: pty, parts, screen: vt100::Parser::new(lines, columns, 0) })
    }

    /// The lines of the screen.
    fn lines(&self) -> Vec<String> {
        let screen = self.screen.screen();
        screen.rows(0, screen.size().1.into()).map(|line| line.trim_end().to_string()).collect()
    }

    /// Waits for a screen of which that is true, and that does not change for a moment: it may be half drawn.
    fn wait_for(&mut self, what: &str, is_there: impl Fn(&[String]) -> bool) -> Vec<String> {
        let since = Instant::now();
        loop {
            let lines = self.lines();
            match self.parts.recv_timeout(Duration::from_millis(100)) {
                Ok(part) => self.screen.process(&part),
                Err(RecvTimeoutError::Timeout) if is_there(&lines) => return lines,
                Err(RecvTimeoutError::Timeout) if since.elapsed() < PATIENCE => {}
                Err(error) => panic!("no screen shows {what}: {error}\n{}", lines.join("\n")),
            }
        }
    }

    /// Waits until a program is shown and was played.
    fn wait_for_program(&mut self, place: usize, name: &str) -> Vec<String> {
        let title = format!(" {}/{} {name}: ", place + 1, names().len());
        self.wait_for(&title, |lines| {
            lines[0].starts_with(&title) && !lines.iter().any(|line| line.contains("It is being played"))
        })
    }

    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).expect("the terminal takes keys");
    }

    /// Waits for the end of the process, and yields its exit code.
    fn exit_code(&mut self) -> Option<i32> {
        let since = Instant::now();
        while since.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait().expect("the process can be waited for") {
                while let Ok(part) = self.parts.recv_timeout(Duration::from_millis(100)) {
                    self.screen.process(&part);
                }
                return status.code();
            }
            thread::sleep(Duration::from_millis(5));
        }
        panic!("after {PATIENCE:?} the tour still goes on");
    }

    fn is_given_back(&self) -> bool {
        let screen = self.screen.screen();
        !screen.alternate_screen() && !screen.hide_cursor()
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
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
        let Some(mut tour) = Shown::start(size) else { return };
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
    let Some(mut tour) = Shown::start(SIZES[1]) else { return };
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
    let Some(mut tour) = Shown::start(SIZES[0]) else { return };
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
    let Some(mut tour) = Shown::start(SIZES[0]) else { return };
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
        let Some(mut tour) = Shown::start(SIZES[0]) else { return };
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
    let Some(mut tour) = Shown::start((30, 8)) else { return };
    tour.wait_for("the size", |lines| lines.join(" ").contains("40 columns and 12 lines are needed; q ends"));
    tour.press("q");
    assert_eq!(tour.exit_code(), Some(0));
}
