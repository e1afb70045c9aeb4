//! CPython's `LifoQueueTests`, under its name there.

use super::order;
use greenlight::sync::LifoQueue;
use stage::run;

#[test]
fn test_order() {
    assert_eq!(run(order(LifoQueue::unbounded())), [2, 3, 1]);
}
