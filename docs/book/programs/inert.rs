//! An `async fn` that was called and not awaited: nothing of its body runs until somebody polls what it returned.

use greenlight::say;

// ANCHOR: tea
async fn make_tea() {
    say!("the kettle is on");
}
// ANCHOR_END: tea

pub(crate) fn main() {
    greenlight::run(async {
        // ANCHOR: call
        let tea = make_tea();
        say!("make_tea() has returned");
        tea.await;
        // ANCHOR_END: call
    });
}
