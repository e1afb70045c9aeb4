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
    ("event-and-lock", EVENT_AND_LOCK),
    ("producers", PRODUCERS),
    ("barrier", BARRIER),
    ("semaphore", SEMAPHORE),
    ("timeouts", TIMEOUTS),
    ("task-group", TASK_GROUP),
    ("cancellation", CANCELLATION),
    ("crawler", CRAWLER),
    ("chat", CHAT),
    ("supervisor", SUPERVISOR),
    ("philosophers", PHILOSOPHERS),
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

pub(crate) const EVENT_AND_LOCK: &str = "\
Clerk 0 waits for the bank to open.
Clerk 1 waits for the bank to open.
Clerk 2 waits for the bank to open.
The bank opens.
Clerk 0 reads 100.
Clerk 0 writes 110.
Clerk 1 reads 110.
Clerk 1 writes 120.
Clerk 2 reads 120.
Clerk 2 writes 130.
The account holds 130.
";

pub(crate) const PRODUCERS: &str = "\
Soup 1 is on the counter.
Soup 2 is on the counter.
The 2-second waiter takes Soup 1.
The 5-second waiter takes Soup 2.
Soup 3 is on the counter.
Bread 1 is on the counter.
The 2-second waiter takes Soup 3.
Bread 2 is on the counter.
The 2-second waiter takes Bread 1.
Bread 3 is on the counter.
The counter closes.
The 5-second waiter takes Bread 2.
The 2-second waiter takes Bread 3.
The 2-second waiter goes home.
The 5-second waiter goes home.
";

pub(crate) const BARRIER: &str = "\
Runner 1 is at the start.
Runner 2 is at the start.
Runner 0 is at the start.
Runner 0 is off.
Runner 1 is off.
Runner 2 is off.
Runner 2 has finished.
Runner 0 has finished.
Runner 1 has finished.
Runner 1 is told of place 3.
Runner 2 is told of place 1.
Runner 0 is told of place 2.
";

pub(crate) const SEMAPHORE: &str = "\
Page 0 is known.
Page 0 is being fetched.
Page 0 is here, with 2 links.
Page 1 is known.
Page 1 is being fetched.
Page 2 is known.
Page 2 is being fetched.
Page 1 is here, with 2 links.
Page 3 is known.
Page 3 is being fetched.
Page 4 is known.
Page 2 is here, with 2 links.
Page 4 is being fetched.
Page 5 is known.
Page 6 is known.
Page 3 is here, with 0 links.
Page 5 is being fetched.
Page 5 is here, with 0 links.
Page 6 is being fetched.
Page 4 is here, with 0 links.
Page 6 is here, with 0 links.
The crawl is over.
";

pub(crate) const TIMEOUTS: &str = "\
The first kettle is on.
The first kettle boils.
There is tea.
The second kettle is on.
The second kettle is switched off.
There is no tea.
The guests are willing to wait.
The third kettle is on.
The third kettle boils.
There is tea.
The slow kettle is on.
The fast kettle is on.
The fast kettle boils.
The slow kettle is switched off.
Number 1 of the race was first.
";

pub(crate) const TASK_GROUP: &str = "\
The salad is begun.
The soup is begun.
The wine is begun.
The salad is done.
The wine fails.
The soup is put away.
There is no dinner: no wine left.
";

pub(crate) const CANCELLATION: &str = "\
After 0s: cancelled.
  The visitor is gone; the desk is free, stamps: 0.
After 1s: cancelled.
  The visit ends at the door.
  The visitor is gone; the desk is free, stamps: 0.
After 3s: cancelled.
  The visit ends in line.
  The visitor is gone; the desk is free, stamps: 0.
After 5s: cancelled.
  The visit ends at the desk.
  The visitor is gone; the desk is free, stamps: 0.
  The visit ends with a stamp.
After 7s: too late to cancel.
  The visitor has ended; the desk is free, stamps: 1.
";

pub(crate) const CRAWLER: &str = "\
/ is being fetched.
/ is here, with 3 new links.
/news is being fetched.
/shop is being fetched.
/news is here, with 1 new links.
/about is being fetched.
/about is here, with 1 new links.
/news/today is being fetched.
/shop is here, with 1 new links.
/team is being fetched.
/news/today is here, with 0 new links.
/shop/lamps is being fetched.
/team is here, with 0 new links.
/shop/lamps is here, with 0 new links.
The site was crawled in 11 s.
";

pub(crate) const CHAT: &str = "\
Ann hears Ann: Hello?
Bob hears Ann: Hello?
Cem hears Ann: Hello?
Ann hears Cem: Hello, Ann.
Cem hears Cem: Hello, Ann.
Ann hears Bob: Who is Ann?
Cem hears Bob: Who is Ann?
Bob hears Cem: Hello, Ann.
Bob hears Bob: Who is Ann?
Ann hears Ann: Me!
Ann leaves, and has heard 4 lines.
Cem hears Ann: Me!
Cem leaves, and has heard 4 lines.
Bob hears Ann: Me!
Bob leaves, and has heard 4 lines.
";

pub(crate) const SUPERVISOR: &str = "\
cache: attempt 1
mailer: attempt 1
mailer: no connection
cache: takes too long
mailer: attempt 2
cache: attempt 2
clock: tick
mailer: takes too long
cache: is up
mailer: attempt 3
mailer: no connection
clock: tick
cache: goes down
All services are down: mailer gave up.
";

pub(crate) const PHILOSOPHERS: &str = "\
Arendt thinks.
Beauvoir thinks.
Confucius thinks.
Descartes thinks.
Epicurus thinks.
Arendt takes fork 0.
Beauvoir takes fork 1.
Confucius takes fork 2.
Descartes takes fork 3.
Descartes takes fork 4, and has course 1.
Descartes puts both down.
Descartes thinks.
Confucius takes fork 3, and has course 1.
Confucius puts both down.
Confucius thinks.
Beauvoir takes fork 2, and has course 1.
Descartes takes fork 3.
Descartes takes fork 4, and has course 2.
Beauvoir puts both down.
Beauvoir thinks.
Arendt takes fork 1, and has course 1.
Confucius takes fork 2.
Descartes puts both down.
Confucius takes fork 3, and has course 2.
Arendt puts both down.
Arendt thinks.
Epicurus takes fork 0.
Beauvoir takes fork 1.
Confucius puts both down.
Epicurus takes fork 4, and has course 1.
Beauvoir takes fork 2, and has course 2.
Epicurus puts both down.
Epicurus thinks.
Beauvoir puts both down.
Arendt takes fork 0.
Arendt takes fork 1, and has course 2.
Arendt puts both down.
Epicurus takes fork 0.
Epicurus takes fork 4, and has course 2.
Epicurus puts both down.
The table is cleared after 15 s.
";
