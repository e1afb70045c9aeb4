//! The channels of three crates as one: `futures::channel::mpsc`, `tokio::sync::mpsc` and `async_channel`, all bounded.

use futures::channel::mpsc as futures_mpsc;
use futures::{SinkExt, StreamExt};
use tokio::sync::mpsc as tokio_mpsc;

/// Whose channel.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Futures,
    Tokio,
    AsyncChannel,
}

pub(crate) const KINDS: [Kind; 3] = [Kind::Futures, Kind::Tokio, Kind::AsyncChannel];

#[derive(Clone)]
pub(crate) enum Sender {
    Futures(futures_mpsc::Sender<u32>),
    Tokio(tokio_mpsc::Sender<u32>),
    AsyncChannel(async_channel::Sender<u32>),
}

pub(crate) enum Receiver {
    Futures(futures_mpsc::Receiver<u32>),
    Tokio(tokio_mpsc::Receiver<u32>),
    AsyncChannel(async_channel::Receiver<u32>),
}

impl Kind {
    /// A channel with room for so many items, and at least one, from one sender.
    pub(crate) fn open(self, room: usize) -> (Sender, Receiver) {
        match self {
            Kind::Futures => {
                // Each sender has a place of its own beside the shared ones.
                let (sender, receiver) = futures_mpsc::channel(room - 1);
                (Sender::Futures(sender), Receiver::Futures(receiver))
            }
            Kind::Tokio => {
                let (sender, receiver) = tokio_mpsc::channel(room);
                (Sender::Tokio(sender), Receiver::Tokio(receiver))
            }
            Kind::AsyncChannel => {
                let (sender, receiver) = async_channel::bounded(room);
                (Sender::AsyncChannel(sender), Receiver::AsyncChannel(receiver))
            }
        }
    }
}

impl Sender {
    /// Sends an item once there is room. False if the receiver is gone.
    pub(crate) async fn send(&mut self, item: u32) -> bool {
        match self {
            // `send` would wait for the item to be taken, too, where there is no room for another.
            Sender::Futures(sender) => sender.feed(item).await.is_ok(),
            Sender::Tokio(sender) => sender.send(item).await.is_ok(),
            Sender::AsyncChannel(sender) => sender.send(item).await.is_ok(),
        }
    }

    /// Sends an item from a thread that has no runtime, and blocks it until there is room.
    pub(crate) fn send_blocking(&mut self, item: u32) -> bool {
        match self {
            Sender::Futures(_) => pollster::block_on(self.send(item)),
            Sender::Tokio(sender) => sender.blocking_send(item).is_ok(),
            Sender::AsyncChannel(sender) => sender.send_blocking(item).is_ok(),
        }
    }
}

impl Receiver {
    /// The next item; none once all senders are gone.
    pub(crate) async fn receive(&mut self) -> Option<u32> {
        match self {
            Receiver::Futures(receiver) => receiver.next().await,
            Receiver::Tokio(receiver) => receiver.recv().await,
            Receiver::AsyncChannel(receiver) => receiver.recv().await.ok(),
        }
    }

    /// The next item, for a thread that has no runtime, which it blocks.
    pub(crate) fn receive_blocking(&mut self) -> Option<u32> {
        match self {
            Receiver::Futures(_) => pollster::block_on(self.receive()),
            Receiver::Tokio(receiver) => receiver.blocking_recv(),
            Receiver::AsyncChannel(receiver) => receiver.recv_blocking().ok(),
        }
    }
}
