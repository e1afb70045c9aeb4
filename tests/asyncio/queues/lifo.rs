//! CPython's `LifoQueueTests`, under its name there.

use super::order;
use crate::stage::run;
use greenlight::sync::LifoQueue;

#[test]
fn test_order() {
    assert_eq!(run(order(LifoQueue::unbounded())), [2, 3, 1]);
}
