//! The lines of the programs, to the byte.

/// Each program with the lines that it prints unless told otherwise, in the order of the tour.
pub(crate) const LINES: &[(&str, &str)] = &[
    ("crosswalk", CROSSWALK),
    ("club", CLUB),
    ("club-all", CLUB_ALL),
    ("waiter", WAITER),
    ("periodic", PERIODIC),
    ("periodic-slow", PERIODIC_SLOW),
    ("resource-event", RESOURCE),
    ("resource-condition", RESOURCE),
    ("thread", THREAD),
];

pub(crate) const CROSSWALK: &str = "\
Pedestrian is waiting for the signal.
Traffic light is red.
Traffic light turns green.
Pedestrian crosses the street.
";

pub(crate) const CLUB: &str = "\
Alice wants to enter the club.
Bob wants to enter the club.
Bouncer signals someone can enter.
Alice enters the club.
";

pub(crate) const CLUB_ALL: &str = "\
Alice wants to enter the club.
Bob wants to enter the club.
Bouncer signals everyone can enter.
Alice enters the club.
Bob enters the club.
";

pub(crate) const THREAD: &str = "\
Waiting for the thread.
The thread has counted up to 500500.
The event was set.
";

pub(crate) const WAITER: &str = "\
Waiting for the event to be set.
Setting the event in 2 seconds.
The event was set.
";

/// What one pulse brings about.
pub(crate) const PULSE: &str = "\
Task 0 performing operation.
Task 1 performing operation.
Task 2 performing operation.
Task 3 performing operation.
Task 4 performing operation.
";

pub(crate) const PERIODIC: &str = "\
Task 0 performing operation.
Task 1 performing operation.
Task 2 performing operation.
Task 3 performing operation.
Task 4 performing operation.
Task 0 performing operation.
Task 1 performing operation.
Task 2 performing operation.
Task 3 performing operation.
Task 4 performing operation.
Task 0 performing operation.
Task 1 performing operation.
Task 2 performing operation.
Task 3 performing operation.
Task 4 performing operation.
";

pub(crate) const PERIODIC_SLOW: &str = "\
Signaller sends pulse 1.
Consumer gets pulse 1.
Signaller sends pulse 2.
Signaller sends pulse 3.
Consumer gets pulse 3.
";

pub(crate) const RESOURCE: &str = "\
Worker 0 trying to acquire
Worker 0 acquired resource
Worker 1 trying to acquire
Worker 1 acquired resource
Worker 2 trying to acquire
Worker 3 trying to acquire
Worker 4 trying to acquire
Worker 0 released resource
Worker 1 released resource
Worker 2 acquired resource
Worker 3 acquired resource
Worker 2 released resource
Worker 3 released resource
Worker 4 acquired resource
Worker 4 released resource
";
