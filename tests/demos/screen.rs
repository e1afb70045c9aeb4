//! What is shown on a terminal, as somebody sees it who presses its keys: on a screen of 80 columns and 24 lines, and on
//! one of 160 and 50.

use pty_process::Size;
use pty_process::blocking::{Command, Pty, open};
use std::io::{ErrorKind, Read, Write, stderr};
use std::num::NonZero;
use std::os::fd::AsFd;
use std::process::Child;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

pub(crate) const SIZES: [(u16, u16); 2] = [(80, 24), (160, 50)];

/// After this long, what is waited for does not come.
const PATIENCE: Duration = Duration::from_secs(30);

/// A command under way, and what stands on its screen. It does not outlive the test.
pub(crate) struct Shown {
    pub(crate) child: Child,
    keys: Pty,
    parts: Receiver<Vec<u8>>,
    pub(crate) screen: vt100::Parser,
}

impl Shown {
    /// Starts the binary with these arguments; none, said aloud, where there is no terminal.
    pub(crate) fn start(args: &[&str], size: (u16, u16)) -> Option<Shown> {
        // Who wins a level in a test has won nothing.
        Shown::start_keeping(args, size, "/dev/null/nothing")
    }

    /// The same, with the levels that are won kept in that file.
    pub(crate) fn start_keeping(args: &[&str], size: (u16, u16), progress: &str) -> Option<Shown> {
        Shown::start_told(args, size, &[("GREENLIGHT_PROGRESS", progress)])
    }

    /// The same, with an environment that says so much.
    pub(crate) fn start_told(
        args: &[&str],
        (columns, lines): (u16, u16),
        environment: &[(&str, &str)],
    ) -> Option<Shown> {
        let Ok((pty, slave)) = open() else {
            // Past the capture of the test harness, which shows nothing of a test that passes.
            _ = writeln!(stderr(), "skipped: there are no pseudo-terminals");
            return None;
        };
        pty.resize(Size::new(lines, columns)).expect("a pseudo-terminal has a size");
        let mut command = Command::new(env!("CARGO_BIN_EXE_greenlight-demos")).args(args);
        command = command.env("TERM", "xterm-256color").env_remove("GREENLIGHT_DEBUG").env_remove("GREENLIGHT_TRACE");
        command = command.envs(environment.iter().copied());
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
    pub(crate) fn lines(&self) -> Vec<String> {
        let screen = self.screen.screen();
        screen.rows(0, screen.size().1.into()).map(|line| line.trim_end().to_string()).collect()
    }

    /// Waits for a screen of which that is true, and that does not change for a moment: it may be half drawn.
    pub(crate) fn wait_for(&mut self, what: &str, is_there: impl Fn(&[String]) -> bool) -> Vec<String> {
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

    pub(crate) fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).expect("the terminal takes keys");
    }

    /// Waits for the end of the process, and yields its exit code.
    pub(crate) fn exit_code(&mut self) -> Option<i32> {
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
        panic!("after {PATIENCE:?} it still goes on");
    }

    pub(crate) fn is_given_back(&self) -> bool {
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
