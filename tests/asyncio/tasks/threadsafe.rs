//! CPython's `RunCoroutineThreadsafeTests`, each under its name there. A thread spawns by a `Remote`, and what
//! comes of that reaches it through a channel of its own. A future that awaits greenlight's is made where it
//! runs: it is not `Send`.

use super::{after, ms};
use greenlight::{Runtime, remote, spawn_detached};
use std::future::pending;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

/// Has a thread ask for a sum, and yields what it hears within so long.
fn asked_from_a_thread<F: Future<Output = u32> + 'static>(
    add: impl FnOnce() -> F + Send + 'static,
    patience: Duration,
) -> Result<u32, RecvTimeoutError> {
    Runtime::builder().virtual_clock().on_report(|_| ()).build().run(async move {
        let remote = remote();
        let (told, hears) = async_channel::bounded(1);
        let thread = thread::spawn(move || {
            let (sends, receives) = channel();
            let sum = async move { drop(spawn_detached(async move { _ = sends.send(add().await) })) };
            remote.spawn(sum).expect("the runtime is there");
            let heard = receives.recv_timeout(patience);
            told.send_blocking(heard).expect("the runtime is there");
        });
        let heard = hears.recv().await.expect("the thread tells");
        thread.join().expect("the thread ends");
        heard
    })
}

const LONG: Duration = Duration::from_secs(100);

#[test]
fn test_run_coroutine_threadsafe() {
    assert_eq!(asked_from_a_thread(|| after(ms(50), 3), LONG), Ok(3));
}

#[test]
fn test_run_coroutine_threadsafe_with_exception() {
    let fails = || async {
        after(ms(50), ()).await;
        panic!("Fail!")
    };
    assert_eq!(asked_from_a_thread(fails, LONG), Err(RecvTimeoutError::Disconnected));
}

#[test]
fn test_run_coroutine_threadsafe_with_timeout() {
    // Adapted: asyncio cancels the coroutine with the future that the thread gives up. Here it is left alone.
    // Row: cancelling who awaits a task.
    assert_eq!(asked_from_a_thread(pending, Duration::ZERO), Err(RecvTimeoutError::Timeout));
}
