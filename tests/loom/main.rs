//! Every interleaving of the threads around an inbox, in the file that the runtime itself uses:
//! `inbox.rs` takes its thread types from a sibling module, and here that sibling has loom's. A
//! sleep that nobody ends is a deadlock, which loom reports.

#[path = "../../runtime/inbox.rs"]
mod inbox;
mod threads;

use inbox::{Inbox, Late, taken};
use loom::sync::Arc;
use loom::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use loom::thread;
use std::time::Duration;
use threads::{current, park_timeout};

/// Checks a model that is too large for every interleaving: those in which threads are preempted
/// three times at most. Two preemptions in the wrong places are what the known mistakes need.
fn model_with_few_preemptions(model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(model);
}

impl Late for u32 {
    fn drop_late(self) {}
}

impl Late for () {
    fn drop_late(self) {}
}

fn new_inbox<M: Late>() -> Arc<Inbox<M>> {
    Arc::new(Inbox::new(current()))
}

/// A thread that sends these messages while the inbox is open.
fn sender(inbox: &Arc<Inbox<u32>>, messages: &'static [u32]) -> thread::JoinHandle<()> {
    let inbox = inbox.clone();
    thread::spawn(move || {
        for &message in messages {
            assert!(inbox.send(message), "the inbox is open");
        }
    })
}

/// What the owner does between turns: takes what is there, and parks until it has so many.
fn receive(inbox: &Inbox<u32>, count: usize) -> Vec<u32> {
    let mut received = Vec::new();
    loop {
        inbox.take(|message| received.push(message));
        if received.len() >= count {
            return received;
        }
        inbox.park(None);
    }
}

#[test]
fn the_owner_never_sleeps_while_a_message_is_there() {
    loom::model(|| {
        let inbox = new_inbox();
        let sender = sender(&inbox, &[1]);
        assert_eq!(receive(&inbox, 1), [1]);
        sender.join().unwrap();
    });
}

#[test]
fn the_messages_of_one_sender_arrive_in_order() {
    model_with_few_preemptions(|| {
        let inbox = new_inbox();
        let sender = sender(&inbox, &[1, 2]);
        assert_eq!(receive(&inbox, 2), [1, 2]);
        sender.join().unwrap();
    });
}

#[test]
fn the_messages_of_two_senders_all_arrive() {
    model_with_few_preemptions(|| {
        let inbox = new_inbox();
        let senders = [sender(&inbox, &[1]), sender(&inbox, &[2])];
        let mut received = receive(&inbox, 2);
        received.sort_unstable();
        assert_eq!(received, [1, 2]);
        for sender in senders {
            sender.join().unwrap();
        }
    });
}

#[test]
fn a_token_that_foreign_code_ate_costs_no_message() {
    loom::model(|| {
        let inbox = new_inbox();
        let sender = sender(&inbox, &[1]);
        let mut received = 0;
        while received == 0 {
            inbox.take(|message| received = message);
            // A task that blocks its thread for a moment: it may get the token that was meant for
            // the runtime.
            park_timeout(Duration::ZERO);
            if received == 0 {
                inbox.park(None);
            }
        }
        assert_eq!(received, 1);
        sender.join().unwrap();
    });
}

/// A thread that wakes a task so often, and counts up before each time.
fn waking(inbox: &Arc<Inbox<()>>, sent: &Arc<AtomicBool>, times: usize) -> (thread::JoinHandle<()>, Arc<AtomicUsize>) {
    let (inbox, sent, done) = (inbox.clone(), sent.clone(), Arc::new(AtomicUsize::new(0)));
    let counted = done.clone();
    let wake_all = move || {
        for count in 1..=times {
            counted.store(count, Ordering::Relaxed);
            inbox.send_once(&sent, ());
        }
    };
    (thread::spawn(wake_all), done)
}

/// What the owner does for a task that looks whenever it was woken, and then only, until it finds what it waits for.
fn run_until(inbox: &Inbox<()>, sent: &AtomicBool, found: impl Fn() -> bool) {
    loop {
        let mut woken = false;
        inbox.take(|()| {
            taken(sent);
            woken = true;
        });
        match woken {
            true if found() => return,
            true => {}
            false => inbox.park(None),
        }
    }
}

#[test]
fn a_wake_for_which_another_stands_is_not_lost() {
    loom::model(|| {
        let (inbox, sent) = (new_inbox(), Arc::new(AtomicBool::new(false)));
        let (thread, done) = waking(&inbox, &sent, 2);
        run_until(&inbox, &sent, || done.load(Ordering::Relaxed) == 2);
        thread.join().unwrap();
    });
}

#[test]
fn a_wake_for_which_that_of_another_thread_stands_is_not_lost() {
    model_with_few_preemptions(|| {
        let (inbox, sent) = (new_inbox(), Arc::new(AtomicBool::new(false)));
        let ((one, ones), (other, others)) = (waking(&inbox, &sent, 1), waking(&inbox, &sent, 1));
        run_until(&inbox, &sent, || ones.load(Ordering::Relaxed) + others.load(Ordering::Relaxed) == 2);
        one.join().unwrap();
        other.join().unwrap();
    });
}

#[test]
fn a_ring_without_a_message_ends_a_park_and_brings_what_came_before_it() {
    loom::model(|| {
        let inbox: Arc<Inbox<u32>> = new_inbox();
        let remotes = Arc::new(AtomicUsize::new(1));
        let thread = {
            let (inbox, remotes) = (inbox.clone(), remotes.clone());
            thread::spawn(move || {
                // Like the drop of the last Remote.
                remotes.fetch_sub(1, Ordering::Release);
                inbox.ring();
            })
        };
        loop {
            inbox.take(|message| panic!("{message} came from nowhere"));
            if remotes.load(Ordering::Relaxed) == 0 {
                break;
            }
            inbox.park(None);
        }
        thread.join().unwrap();
    });
}

/// Counts its drops, so that a message that nobody let go of shows.
struct Counted {
    drops: Arc<AtomicUsize>,
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.drops.fetch_add(1, Ordering::Relaxed);
    }
}

impl Late for Counted {
    fn drop_late(self) {}
}

/// A thread that sends one message to an inbox that may be closing.
fn counted_sender(inbox: &Arc<Inbox<Counted>>, drops: &Arc<AtomicUsize>) -> thread::JoinHandle<()> {
    let (inbox, drops) = (inbox.clone(), drops.clone());
    thread::spawn(move || _ = inbox.send(Counted { drops }))
}

#[test]
fn a_message_to_a_closing_inbox_is_taken_or_dropped() {
    loom::model(|| {
        let inbox = new_inbox();
        let drops = Arc::new(AtomicUsize::new(0));
        let sender = counted_sender(&inbox, &drops);
        inbox.take(drop);
        inbox.close();
        sender.join().unwrap();
        // The inbox itself is still alive: it holds nothing back.
        assert_eq!(drops.load(Ordering::Relaxed), 1);
        assert!(inbox.is_closed());
    });
}

#[test]
fn two_senders_and_a_closing_owner_leave_nothing_behind() {
    model_with_few_preemptions(|| {
        let inbox = new_inbox();
        let drops = Arc::new(AtomicUsize::new(0));
        let senders = [counted_sender(&inbox, &drops), counted_sender(&inbox, &drops)];
        inbox.close();
        for sender in senders {
            sender.join().unwrap();
        }
        assert_eq!(drops.load(Ordering::Relaxed), 2);
    });
}

#[test]
fn a_closed_inbox_drops_the_messages_of_two_senders_though_only_one_of_them_drains_it() {
    loom::model(|| {
        let inbox = new_inbox();
        inbox.close();
        let drops = Arc::new(AtomicUsize::new(0));
        let sender = counted_sender(&inbox, &drops);
        assert!(!inbox.send(Counted { drops: drops.clone() }), "it says that nobody takes the message");
        sender.join().unwrap();
        assert_eq!(drops.load(Ordering::Relaxed), 2);
    });
}
