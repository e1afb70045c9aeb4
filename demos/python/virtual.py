"""Runs an asyncio program on virtual time: python3 virtual.py PROGRAM.py [ARGUMENT ...]

Time stands still while anything is ready, and jumps to the next timer when nothing is. Timers that
are due together fire in the order in which they were armed, which asyncio leaves open. A program in
which nobody can ever run again ends with 3 instead of hanging.
"""

import asyncio
import runpy
import selectors
import sys
import threading

# Sets timers of one deadline apart, in order, and stays below what the loop takes for one moment.
APART = 1e-12


class JumpingSelector(selectors.SelectSelector):
    """Never waits: where the loop would, its time moves on."""

    def __init__(self):
        super().__init__()
        self.now = 0.0

    def select(self, timeout=None):
        if timeout is None and threading.active_count() > 1:
            return super().select(None)
        if timeout is None:
            print(f"stalled at t={self.now:g}s: nobody can ever run again", file=sys.stderr)
            sys.exit(3)
        self.now += max(timeout, 0)
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self):
        self.clock = JumpingSelector()
        self.armed = 0
        super().__init__(self.clock)

    def time(self):
        return self.clock.now

    def call_at(self, when, callback, *args, context=None):
        self.armed += 1
        return super().call_at(when + self.armed * APART, callback, *args, context=context)


def run(main):
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)


if __name__ == "__main__":
    asyncio.run = run
    sys.argv = sys.argv[1:]
    runpy.run_path(sys.argv[0], run_name="__main__")
