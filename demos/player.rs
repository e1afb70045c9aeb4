//! A program that is played beside the tour, in a process of its own: what it prints to stderr, a panic, and one that never
//! ends leave the tour's screen alone.

use crate::programs::Program;
use crate::transcript::{self, Told};
use std::io::{self, Read};
use std::process::{Child, Command, Stdio};
use std::thread::{self, JoinHandle};

/// More than this of what a program prints, nobody reads. It ends when that is not taken from it any more.
const LONGEST: u64 = 1 << 20;

/// A program that is being played, or was.
#[derive(Debug)]
pub(crate) struct Player {
    child: Child,
    printed: Option<[JoinHandle<String>; 2]>,
}

/// A program that was played.
#[derive(Debug, Default)]
pub(crate) struct Played {
    pub(crate) told: Vec<Told>,
    /// What it printed to stderr.
    pub(crate) notes: String,
    pub(crate) code: Option<i32>,
}

impl Player {
    pub(crate) fn start(program: &Program) -> io::Result<Player> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["transcript", program.name]).stdin(Stdio::null()).env("NO_COLOR", "1");
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let stdout = child.stdout.take().expect("stdout is piped");
        let stderr = child.stderr.take().expect("stderr is piped");
        Ok(Player { child, printed: Some([reading(stdout), reading(stderr)]) })
    }

    /// Whether it was not over when that was asked last.
    pub(crate) fn is_played(&self) -> bool {
        self.printed.is_some()
    }

    /// What was played, if it is over and was not asked for before.
    pub(crate) fn over(&mut self) -> Option<Played> {
        let code = self.child.try_wait().map_or(Some(None), |ended| ended.map(|status| status.code()))?;
        let [printed, notes] =
            self.printed.take()?.map(|reading| reading.join().expect("whoever reads does not panic"));
        Some(Played { told: transcript::read(&printed), notes, code })
    }
}

fn reading(stream: impl Read + Send + 'static) -> JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        _ = stream.take(LONGEST).read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// Nobody wants to see it any more.
impl Drop for Player {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}
