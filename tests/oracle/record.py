#!/usr/bin/env python3
"""Records CPython's answers, so that the fidelity tests need no Python.

    record.py           writes everything below recorded/ anew

Of each profile: the first 100 scenarios of seed 1 that are not ambiguous, and their logs. Of directed.jsonl: the logs.
Takes CPython 3.13 or later, whose semaphores grant all free permits at once.
"""
import json
import pathlib
import subprocess
import sys

sys.dont_write_bytecode = True
import asyncio_oracle

PROFILES = [
    "event",
    "lock",
    "semaphore",
    "condition",
    "shared",
    "cancel",
    "timeout",
    "mixed",
    "barrier",
    "queue",
    "queue-cancel",
    "queue-timeout",
    "gather",
    "group",
]
SEED, KEPT, SPARE = 1, 100, 50

HERE = pathlib.Path(__file__).parent
RECORDED = HERE / "recorded"


def generate(profile):
    command = [sys.executable, HERE / "generate.py", profile, str(SEED), str(KEPT + SPARE)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


def answered(lines):
    """Pairs of a scenario and its answer, ambiguous ones left out."""
    for line in lines:
        answer = asyncio_oracle.play(json.loads(line))
        assert not answer.pop("lagging"), "it takes CPython 3.13 or later to record"
        if not answer.pop("ambiguous"):
            yield line, json.dumps(answer)


def write(name, lines):
    (RECORDED / name).write_text("".join(f"{line}\n" for line in lines))


def main():
    sys.unraisablehook = lambda *_: None  # what is left of a stalled scenario when its loop goes
    RECORDED.mkdir(exist_ok=True)
    for profile in PROFILES:
        kept = list(answered(generate(profile)))[:KEPT]
        write(f"{profile}.jsonl", [scenario for scenario, _ in kept])
        write(f"{profile}.log.jsonl", [log for _, log in kept])
        print(f"{profile}: {len(kept)} scenarios")
    directed = (HERE / "directed.jsonl").read_text().splitlines()
    logs = [log for _, log in answered(directed)]
    assert len(logs) == len(directed), "no directed scenario is ambiguous"
    write("directed.log.jsonl", logs)
    print(f"directed: {len(logs)} scenarios")


if __name__ == "__main__":
    main()
