//! What the explorer promises of each schedule, and of what it tells.

use greenlight::explore::Explorer;
use greenlight::{TaskGroup, task, yield_now};

#[test]
fn an_error_that_a_group_has_not_told_of_is_no_panic() {
    let explorer = Explorer::new().cancels(["owner"], 1);
    let explored = explorer.run(|| async {
        let owner = task("owner").spawn(async {
            let mut group = TaskGroup::new();
            group.spawn(async { Err("no water left") });
            yield_now().await;
            _ = group.join().await;
        });
        _ = owner.await;
    });
    assert!(explored.is_complete, "{explored}");
}
