//! What stands around the wait of a victim: nothing, or something that gives the wait up by itself.

use greenlight::{Deadline, now, race, sleep, timeout, timeout_at};
use std::pin::Pin;
use std::time::Duration;

/// The moment at which the scenes signal what the victim waits for.
pub(crate) const SIGNAL: Duration = Duration::from_secs(1);

/// What stands around the wait of a victim.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Around {
    Nothing,
    Timeout(Duration),
    TimeoutAt(Duration),
    /// A race with a sleep that comes after the wait.
    RaceFirst(Duration),
    /// A race with a sleep that comes before the wait.
    RaceLast(Duration),
}

/// Time that is up before the signal, together with it, and long after.
pub(crate) const AROUND: [Around; 8] = [
    Around::Nothing,
    Around::Timeout(Duration::from_millis(500)),
    Around::Timeout(SIGNAL),
    Around::Timeout(Duration::from_secs(5)),
    Around::TimeoutAt(SIGNAL),
    Around::RaceFirst(SIGNAL),
    Around::RaceFirst(Duration::from_secs(5)),
    Around::RaceLast(SIGNAL),
];

impl Around {
    /// Awaits the wait inside of this; none if it was given up.
    pub(crate) async fn wait<T>(self, wait: impl Future<Output = T>) -> Option<T> {
        type Runner<'a, T> = Pin<Box<dyn Future<Output = Option<T>> + 'a>>;
        let runner = |wait| -> Runner<'_, T> { Box::pin(async { Some(Box::pin(wait).await) }) };
        let nap = |limit| -> Runner<'_, T> {
            Box::pin(async move {
                sleep(limit).await;
                None
            })
        };
        match self {
            Around::Nothing => Some(wait.await),
            Around::Timeout(limit) => timeout(limit, wait).await.ok(),
            Around::TimeoutAt(limit) => timeout_at(&Deadline::at(now() + limit), wait).await.ok(),
            Around::RaceFirst(limit) => race([runner(wait), nap(limit)]).await.1,
            Around::RaceLast(limit) => race([nap(limit), runner(wait)]).await.1,
        }
    }
}
