//! CPython's `PriorityQueueTests`, under its name there.

use super::order;
use crate::stage::run;
use greenlight::sync::PriorityQueue;

#[test]
fn test_order() {
    assert_eq!(run(order(PriorityQueue::unbounded())), [1, 2, 3]);
}
