//! CPython's `PriorityQueueTests`, under its name there.

use super::order;
use greenlight::sync::PriorityQueue;
use stage::run;

#[test]
fn test_order() {
    assert_eq!(run(order(PriorityQueue::unbounded())), [1, 2, 3]);
}
