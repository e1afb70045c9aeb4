#!/usr/bin/env python3
"""Records CPython's answers, so that the fidelity tests need no Python.

    record.py           writes everything below recorded/ anew

Of each profile: the first 100 scenarios of seed 1 that are not ambiguous, and their logs; of the patched ones, the
logs of asyncio patched as greenlight is. Of directed.jsonl: the logs. Of differing.jsonl: both logs.
Takes CPython 3.13 or later, whose semaphores grant all free permits at once.
"""
import json
import pathlib
import subprocess
import sys

sys.dont_write_bytecode = True
import asyncio_oracle
from generate import PATCHED, PROFILES

SEED, KEPT, SPARE = 1, 100, 50
KEPT_OF_CROWDS = 30  # they are long

HERE = pathlib.Path(__file__).parent
RECORDED = HERE / "recorded"


def run(script, *arguments):
    command = [sys.executable, HERE / script, *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


def logs_as_greenlight(file):
    """The logs of a patched asyncio: of a process of its own, because patches stay."""
    for line in run("asyncio_oracle.py", "--as", "greenlight", file):
        answer = json.loads(line)
        assert not answer.pop("ambiguous") and not answer.pop("lagging"), "a patched asyncio promises every order"
        yield json.dumps(answer)


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
    asyncio_oracle.be_quiet()
    RECORDED.mkdir(exist_ok=True)
    for profile in PROFILES:
        kept = list(answered(run("generate.py", profile, SEED, KEPT + SPARE)))[:KEPT]
        write(f"{profile}.jsonl", [scenario for scenario, _ in kept])
        write(f"{profile}.log.jsonl", [log for _, log in kept])
        print(f"{profile}: {len(kept)} scenarios")
    for profile in PATCHED:
        write(f"{profile}.jsonl", run("generate.py", profile, SEED, KEPT_OF_CROWDS if profile == "crowd" else KEPT))
        write(f"{profile}.log.jsonl", logs_as_greenlight(RECORDED / f"{profile}.jsonl"))
        print(f"{profile}: patched")
    for name in "directed", "differing":
        scenarios = (HERE / f"{name}.jsonl").read_text().splitlines()
        played = [asyncio_oracle.play(json.loads(scenario)) for scenario in scenarios]
        logs = [json.dumps({"name": it["name"], "log": it["log"]}) for it in played]
        write(f"{name}.log.jsonl", logs)
        print(f"{name}: {len(logs)} scenarios")
    write("differing.patched.jsonl", logs_as_greenlight(HERE / "differing.jsonl"))


if __name__ == "__main__":
    main()
