//! What the types that a user holds print for `{:?}`: what tells one from another, and nothing of how they work.

use greenlight::{Runtime, sleep, task};
use stage::standing;
use std::time::Duration;

#[test]
fn a_runtime_prints_its_moment_and_its_turn() {
    let runtime = standing();
    assert_eq!(format!("{runtime:?}"), "Runtime { core: Runtime { now: Instant(t=0.000000s), turn: 0, .. } }");
    runtime.run(sleep(Duration::from_millis(1500)));
    assert_eq!(format!("{runtime:?}"), "Runtime { core: Runtime { now: Instant(t=1.500000s), turn: 3, .. } }");
}

#[test]
fn a_handle_prints_its_task() {
    standing().run(async {
        let alice = task("alice").spawn(async {});
        let printed = format!("{alice:?}");
        assert_eq!(printed, format!("JoinHandle({:?})", alice.task()));
        assert!(printed.contains(r#"name: Some("alice")"#), "{printed}");
    });
}

#[test]
fn a_builder_and_a_remote_print_no_more_than_they_tell() {
    assert_eq!(format!("{:?}", Runtime::builder().turn_limit(7)), "Builder { turn_limit: 7, .. }");
    assert_eq!(format!("{:?}", standing().remote()), "Remote { .. }");
    assert_eq!(format!("{:?}", standing().remote().downgrade()), "WeakRemote { .. }");
}
