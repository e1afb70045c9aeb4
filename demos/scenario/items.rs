//! The queues of a scenario, whichever item comes next.

use super::script::QueueAction;
use greenlight::sync::{QueueOver, Store, TryGetError, TryPutError};
use std::future::Future;
use std::pin::Pin;

/// What is in a queue. The smallest is the one of the smallest number.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Item {
    pub(super) rank: i64,
    pub(super) spelt: String,
}

/// A queue of any kind.
pub(super) trait Items {
    /// Performs an action, and says what the log says of it.
    fn perform<'a>(&'a self, action: &'a QueueAction) -> Pin<Box<dyn Future<Output = String> + 'a>>;
}

impl<S: Store<Item>> Items for QueueOver<Item, S> {
    fn perform<'a>(&'a self, action: &'a QueueAction) -> Pin<Box<dyn Future<Output = String> + 'a>> {
        Box::pin(async move {
            match action {
                QueueAction::Put(item) => match self.put(item.clone()).await {
                    Ok(()) => String::new(),
                    Err(_) => " -> closed".into(),
                },
                QueueAction::Get => match self.get().await {
                    Ok(item) => format!(" -> {}", item.spelt),
                    Err(_) => " -> closed".into(),
                },
                QueueAction::TryPut(item) => match self.try_put(item.clone()) {
                    Ok(()) => " -> put".into(),
                    Err(TryPutError::Full(_)) => " -> full".into(),
                    Err(TryPutError::Closed(_)) => " -> closed".into(),
                },
                QueueAction::TryGet => match self.try_get() {
                    Ok(item) => format!(" -> {}", item.spelt),
                    Err(TryGetError::Empty) => " -> empty".into(),
                    Err(TryGetError::Closed) => " -> closed".into(),
                },
                QueueAction::Size => format!(" -> {}", self.len()),
                QueueAction::TaskDone => match self.task_done() {
                    Ok(()) => String::new(),
                    Err(_) => " -> too often".into(),
                },
                QueueAction::Join => {
                    self.join().await;
                    String::new()
                }
                QueueAction::Close => {
                    self.close();
                    String::new()
                }
                QueueAction::CloseNow => format!(" -> {}", self.close_now().len()),
            }
        })
    }
}
