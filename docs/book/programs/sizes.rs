//! How large a future is: what it keeps from one poll to the next has its place in it.

use greenlight::yield_now;

// ANCHOR: futures
async fn reads_and_waits() -> usize {
    let read = {
        let page = [1_u8; 1024];
        page.iter().map(|&byte| usize::from(byte)).sum()
    };
    yield_now().await;
    read
}

async fn waits_and_reads() -> usize {
    let page = [1_u8; 1024];
    yield_now().await;
    page.iter().map(|&byte| usize::from(byte)).sum()
}
// ANCHOR_END: futures

pub(crate) fn main() {
    let (first, second) = (reads_and_waits(), waits_and_reads());
    let sizes = [size_of_val(&first), size_of_val(&second)];
    println!("reads_and_waits() is a value of {} bytes, waits_and_reads() one of {}.", sizes[0], sizes[1]);
    let sums = greenlight::run(async { [first.await, second.await] });
    assert!(sizes[0] < 1024 && sizes[1] >= 1024 && sums == [1024, 1024]);
}
