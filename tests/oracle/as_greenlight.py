"""asyncio as greenlight is: a patch for each row of "Where we differ from asyncio, and why" that a scenario can play.

A patch carries the first cell of its row in docs/ARCHITECTURE.md, and the row's reason; a test compares the names. It
changes no more than its row says: whatever else is different is a fault of greenlight's. The methods that are patched
are those of CPython 3.13.
"""
import asyncio
import heapq
import itertools
import sys
from asyncio import events, exceptions, futures, locks, queues, taskgroups, tasks, timeouts

ROWS = {}


def row(*names):
    """Marks a patch as that of these rows."""

    def mark(patch):
        ROWS.update({name: patch for name in names})
        return patch

    return mark


def patch(loop_class):
    """Patches this process's asyncio, and the loops of that class."""
    assert sys.version_info >= (3, 13), "the patches are of CPython 3.13"
    for apply in dict.fromkeys(ROWS.values()):
        apply(loop_class)
    plain = loop_class.__init__

    def init(self):
        plain(self)
        self.is_stable = True
        self.set_task_factory(lambda loop, coro, **named: Task(coro, loop=loop, **named))

    loop_class.__init__ = init


class Task(tasks._PyTask):
    """asyncio's own task, in Python, which can be polled while what it awaits is not there yet."""

    def __init__(self, coro, **named):
        self.timeouts = []  # those that it has entered, the outermost first
        self.looking = False  # whether it is in the queue to be polled
        self.left = None  # what it awaited in a block that was given up, and that was there already
        super().__init__(coro, **named)

    def look(self):
        """Has it polled. One that is in the queue already keeps its place there."""
        if self._fut_waiter is not None and not self._fut_waiter.done() and not self.looking:
            self.looking = True
            self._loop.call_soon(self.poll)

    def poll(self):
        self.looking, self.left = False, None
        if self._fut_waiter is None:  # it is over
            return
        if self._fut_waiter.done():
            self._Task__wakeup(self._fut_waiter)
        else:
            self.poll_timeouts()

    def _Task__wakeup(self, future):
        if future is self._fut_waiter:  # and was not polled meanwhile
            super()._Task__wakeup(future)
        elif future is self.left:
            self.poll()

    def _Task__step(self, exc=None):
        super()._Task__step(exc)
        self.poll_timeouts()

    def poll_timeouts(self):
        """What it awaits is not there: looks whether a timeout is up, the innermost first."""
        while not self.done() and any(self.is_up(timeout) for timeout in reversed(self.timeouts)):
            pass

    def is_up(self, timeout):
        if timeout.armed_for != timeout._when:
            arm(timeout)
            return False
        if timeout.fired:
            timeout._state = timeouts._State.EXPIRING
            self._num_cancels_requested += 1
            self.leave_alone()
            if self._fut_waiter.done() and not self.looking:  # the task stays in the queue
                self.left, self.looking = self._fut_waiter, True
            self._fut_waiter.remove_done_callback(self._Task__wakeup)
            self._fut_waiter.cancel()
            super()._Task__step(self._make_cancelled_error())
        return timeout.fired

    def leave_alone(self):
        """Awaits nothing in place of a task, which is not to be cancelled with it."""
        if isinstance(self._fut_waiter, Task) and not self._fut_waiter.done():
            self._fut_waiter.remove_done_callback(self._Task__wakeup)
            self._fut_waiter = self._loop.create_future()
            self._fut_waiter.add_done_callback(self._Task__wakeup)


class Turn:
    """Awaits a future, and lets the others have their turn also if it is done."""

    def __init__(self, future):
        self.future = future

    def __await__(self):
        self.future._asyncio_future_blocking = True
        yield self.future


def arm(timeout):
    """Arms the timer of a timeout. No time at all is up when the task is polled next, and that is in the next turn."""
    if timeout._timeout_handler is not None:
        timeout._timeout_handler.cancel()
    loop = timeout._task._loop
    timeout.armed_for, timeout._timeout_handler = timeout._when, None
    timeout.fired = timeout._when <= loop.time()
    if timeout.fired:
        timeout._task.look()
    else:
        timeout._timeout_handler = loop.call_at(timeout._when, timeout._on_timeout)


def micros(when):
    """A moment in whole microseconds, as scenarios have them: sums of fractions of a second only come near."""
    return round(when * 1e6)


@row(
    "a future that is ready at its deadline",
    "two nested timeouts with one deadline",
    "a timeout of no time at all, or whose deadline has passed",
    "a timeout that another task moves sooner",
)
def timeouts_are_polled(_):
    """The result is there: what a timeout runs is asked first, and the timeout if that waits on. Each drops its own
    block. No time at all is up in the next turn. The timer belongs to the timeout's task, which arms it when polled."""
    plain_aexit, plain_sleep = timeouts.Timeout.__aexit__, tasks.sleep

    def reschedule(self, when):
        if self._state is not timeouts._State.ENTERED:
            raise RuntimeError("the timeout is not under way")
        when = micros(when) / 1e6
        sooner, self._when = when < self._when, when
        if self not in self._task.timeouts:
            self.armed_for, self.fired = None, False
            self._task.timeouts.append(self)
        elif sooner and self._task is not tasks.current_task():
            self._task.look()

    def on_timeout(self):
        self.fired, self._timeout_handler = True, None
        self._task.look()

    async def aexit(self, et, exc, tb):
        self._task.timeouts.remove(self)
        if self._state is not timeouts._State.EXPIRING:
            return await plain_aexit(self, et, exc, tb)
        self._state = timeouts._State.EXPIRED
        if self._task.uncancel() > 0:  # it has cancelled itself, and goes on until it waits
            self._task._must_cancel = True
        raise TimeoutError from exc

    async def sleep(delay):
        if delay > 0:
            return await plain_sleep(delay)
        future = asyncio.get_running_loop().create_future()
        future.set_result(None)
        await Turn(future)

    timeouts.Timeout.reschedule = reschedule
    timeouts.Timeout._on_timeout = on_timeout
    timeouts.Timeout.__aexit__ = aexit
    asyncio.sleep = sleep


class InOrder(events.TimerHandle):
    """A timer that comes after those of the same microsecond that were armed before it."""

    armed = itertools.count()

    def __init__(self, when, *args):
        super().__init__(when, *args)
        self.key = (micros(when), next(self.armed))

    def __lt__(self, other):
        return self.key < other.key


@row("equal deadlines")
def timers_are_stable(loop_class):
    """The same program prints the same lines."""

    def call_at(self, when, callback, *args, context=None):
        timer = InOrder(when, callback, args, self, context)
        heapq.heappush(self._scheduled, timer)
        timer._scheduled = True
        return timer

    loop_class.call_at = call_at


@row("`Condition.wait`, cancelled")
def condition_waits_are_dropped(_):
    """A wait that is dropped has given the lock away, and wakes nobody for nothing."""
    plain_aexit = locks._ContextManagerMixin.__aexit__
    given_up = set()  # the tasks that hold no lock though they are inside `async with`

    async def wait(self):
        told_all, waiter = self.told_all, self._get_loop().create_future()
        self.release()
        self._waiters.append(waiter)
        try:
            try:
                await waiter
            finally:
                self._waiters.remove(waiter)
            await self.acquire()
            return True
        except exceptions.CancelledError:
            given_up.add(tasks.current_task())
            if waiter.done() and not waiter.cancelled() and told_all == self.told_all:
                self._notify(1)
            raise

    def notify_all(self):
        self.told_all += 1
        self._notify(len(self._waiters))  # a barrier does so without the lock

    async def aexit(self, *raised):
        if tasks.current_task() in given_up:
            given_up.discard(tasks.current_task())
        else:
            await plain_aexit(self, *raised)

    locks.Condition.told_all = 0  # how often everybody was told
    locks.Condition.wait, locks.Condition.notify_all = wait, notify_all
    locks._ContextManagerMixin.__aexit__ = aexit


@row("a task that was awaited first, and gathered or waited for after")
def awaiters_come_last(_):
    """Who counts ends stands with the task, who awaits one in its wait list."""

    def add_done_callback(self, callback, *, context=None):
        futures._PyFuture.add_done_callback(self, callback, context=context)
        self._callbacks.sort(key=lambda it: getattr(it[0], "__func__", None) is Task._Task__wakeup)

    Task.add_done_callback = add_done_callback


@row("cancelling who awaits a task")
def awaiting_is_not_owning(_):
    """Who awaits a task does not own it: `shield` has nothing to do."""

    def cancel(self, msg=None):
        self.leave_alone()
        return tasks._PyTask.cancel(self, msg)

    Task.cancel = cancel
    asyncio.shield = lambda task: task


@row("cancelling the owner of a `gather`")
def gather_is_dropped(_):
    """Drops are synchronous: the owner goes at once, and has its children cancelled as it goes."""
    plain = tasks.gather

    async def gather(*children, **options):
        try:
            return await plain(*children, **options)
        except exceptions.CancelledError:
            for child in children:
                child.cancel()
            raise

    tasks._GatheringFuture.cancel = futures.Future.cancel
    asyncio.gather = gather


@row("a task of a group fails")
def body_of_a_group_runs_on(_):
    """The body is no task of the group: a failure cancels the tasks, and wakes the owner if it waits for them."""
    plain = taskgroups.TaskGroup._on_task_done

    def on_task_done(self, task):
        self._parent_cancel_requested = True  # for the plain one: leave the owner and the others alone
        plain(self, task)
        self._parent_cancel_requested = False
        if self._errors and not self._aborting:
            self._abort()
            if self._on_completed_fut is not None and not self._on_completed_fut.done():
                self._on_completed_fut.set_result(True)

    taskgroups.TaskGroup._on_task_done = on_task_done


@row("the owner of a `TaskGroup` is cancelled", "the body of a group fails", "a task of a group spawns into it")
def groups_are_dropped(_):
    """Drops are synchronous, and `?` leaves the body: the owner goes at once, and has its tasks cancelled as it goes.
    The group takes tasks until its owner has gone on."""
    plain = taskgroups.TaskGroup.__aexit__

    async def aexit(self, et, exc, tb):
        if et is not None:
            self._abort()
            return
        while self._tasks:
            self._on_completed_fut = self._loop.create_future()
            try:
                await self._on_completed_fut
            except exceptions.CancelledError:
                self._abort()
                raise
        await plain(self, None, None, None)

    taskgroups.TaskGroup.__aexit__ = aexit


@row("a queue's getters and putters")
def queues_are_fair(_):
    """Nobody starves, and no order depends on luck: who was granted an item or room has it, and who comes later waits
    behind all who are not cancelled."""

    def granted(waiters):
        return sum(waiter.done() and not waiter.cancelled() for waiter in waiters)

    def is_clear(waiters):
        return all(waiter.cancelled() for waiter in waiters)

    def hand_out(self):
        items, room = self.qsize(), self._maxsize - self.qsize() if self._maxsize > 0 else sys.maxsize
        for waiters, count in (self._getters, items), (self._putters, room):
            count = sys.maxsize if self._is_shutdown else count - granted(waiters)
            waiting = [waiter for waiter in waiters if not waiter.done()]
            for waiter in waiting[: max(count, 0)]:
                waiter.set_result(None)

    async def in_line(self, waiters):
        waiter = self._get_loop().create_future()
        waiters.append(waiter)
        hand_out(self)
        try:
            await Turn(waiter)
        except exceptions.CancelledError:
            waiters.remove(waiter)
            if not waiter.cancelled():
                hand_out(self)
            raise
        waiters.remove(waiter)

    def may_put(self):
        return is_clear(self._putters) and not self.full()

    def may_get(self):
        return is_clear(self._getters) and not self.empty()

    def push(self, item):
        if self._is_shutdown:
            raise queues.QueueShutDown
        self._put(item)
        self._unfinished_tasks += 1
        self._finished.clear()
        hand_out(self)

    def pop(self):
        if self.empty():
            raise queues.QueueShutDown
        item = self._get()
        hand_out(self)
        return item

    async def put(self, item):
        if not self._is_shutdown and not may_put(self):
            await in_line(self, self._putters)
        push(self, item)

    async def get(self):
        if not may_get(self) and not (self._is_shutdown and self.empty()):
            await in_line(self, self._getters)
        return pop(self)

    def put_nowait(self, item):
        if not self._is_shutdown and not may_put(self):
            raise queues.QueueFull
        push(self, item)

    def get_nowait(self):
        if not may_get(self) and not (self._is_shutdown and self.empty()):
            raise queues.QueueEmpty
        return pop(self)

    def shutdown(self, immediate=False):
        self._is_shutdown = True
        while immediate and not self.empty():
            self._get()
            self._unfinished_tasks = max(self._unfinished_tasks - 1, 0)
        if self._unfinished_tasks == 0:
            self._finished.set()
        hand_out(self)

    for name, method in [("put", put), ("get", get), ("put_nowait", put_nowait), ("get_nowait", get_nowait)]:
        setattr(queues.Queue, name, method)
    queues.Queue.shutdown = shutdown


@row("a barrier's party that was cancelled")
def barrier_indices_are_unique(_):
    """An index is for dividing work: it is the place among those who have arrived when the barrier is full."""

    async def wait(self):
        async with self._cond:
            await self._block()
            party, arrived = object(), self.__dict__.setdefault("arrived", [])
            try:
                arrived.append(party)
                self._count += 1
                await (self._release() if self._count == self._parties else self._wait())
                return arrived.index(party)
            finally:
                self._count -= 1
                if self._state is locks._BarrierState.FILLING:
                    arrived.remove(party)
                if self._count == 0:
                    arrived.clear()
                self._exit()

    locks.Barrier.wait = wait


@row("`wait` until the first failure")
def errors_are_values(_):
    """An error that a task returns is a value, and no panic."""
    plain = tasks.wait

    async def wait(fs, *, return_when):
        if return_when != tasks.FIRST_EXCEPTION:
            return await plain(fs, return_when=return_when)
        waiter, untold = asyncio.get_running_loop().create_future(), len(fs)

        def told(task):
            nonlocal untold
            untold -= 1
            panicked = not task.cancelled() and getattr(task.exception(), "is_panic", False)
            if (untold == 0 or panicked) and not waiter.done():
                waiter.set_result(None)

        for task in fs:
            task.add_done_callback(told)
        try:
            await waiter
        finally:
            for task in fs:
                task.remove_done_callback(told)
        return {task for task in fs if task.done()}, {task for task in fs if not task.done()}

    asyncio.wait = wait


@row("`wait` for no tasks")
def none_is_enough(_):
    """A list that came out empty is no misuse."""
    plain = asyncio.wait

    async def wait(fs, **options):
        return await plain(fs, **options) if fs else (set(), set())

    asyncio.wait = wait


@row("the tasks that `as_completed` is given, and those of a group that is aborted")
def sets_are_in_order(_):
    """The same program prints the same lines. (A group's tasks are in order in any case: see `Ordered`.)"""
    plain = tasks._AsCompletedIterator.__init__

    def init(self, aws, timeout):
        plain(self, [], timeout)
        self._todo = list(aws)
        self._todo_left = len(self._todo)
        for task in aws:
            task.add_done_callback(self._handle_completion)

    tasks._AsCompletedIterator.__init__ = init
