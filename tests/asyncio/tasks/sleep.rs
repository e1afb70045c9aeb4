//! CPython's `SleepTests`, under its name there.

use super::{after, ms};
use crate::ports::call_soon;
use stage::{run, shared};
use std::cell::Cell;

#[test]
fn test_sleep_zero() {
    let result = shared(Cell::new(0));
    let add = |number| result.set(result.get() + number);
    run(async {
        call_soon(move || add(1));
        assert_eq!(result.get(), 0);
        let number = after(ms(0), 10).await;
        assert_eq!(result.get(), 1);
        add(number);
    });
    assert_eq!(result.get(), 11);
}
