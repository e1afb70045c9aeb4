//! The explorer of schedules: what it promises, and how many schedules there are by another count.

mod by_hand;
mod counts;
mod enumerate;
mod played;
mod primitives;
mod promises;
mod random;
mod replays;
#[path = "../seed.rs"]
mod seed;
mod seeded;
mod steps;

/// In how many ways rows of these lengths can be made into one that keeps the order of each: the multinomial coefficient.
fn ways(lengths: &[u64]) -> u64 {
    let (mut ways, mut all) = (1, 0);
    for &length in lengths {
        for place in 1..=length {
            all += 1;
            ways = ways * all / place;
        }
    }
    ways
}
