// The fold under node: the state at any step, from any side, and what it costs.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { SAMPLES, names, sample } from './samples.mjs';

const { Run, canonicalAt } = createRequire(import.meta.url)('../../page/canonical.js');

const NAMES = names();

/** The lines of a trace, with a head. */
const trace = (...lines) => [{ trace: 'by hand', version: 1 }, ...lines].map((line) => JSON.stringify(line)).join('\n');

const stateAt = (run, step) => JSON.parse(canonicalAt(run, step));

test('a wake at the club moves Alice from the line to the ready queue and leaves Bob', () => {
  const run = new Run(sample('club'));
  const notify = run.trace.rows.findIndex((row) => row?.[0] === 'notify');
  assert.deepEqual(stateAt(run, notify).objects[2], { line: [1, 2], granted: [] });
  const wake = notify + 2;
  assert.deepEqual(run.trace.rows[wake].slice(0, 2), ['wake', 1]);
  assert.equal(run.causeOf(wake), notify);
  assert.equal(run.effectOf(notify), wake);
  assert.deepEqual(stateAt(run, wake), {
    objects: {
      1: { granted: [], holder: 3, line: [] },
      2: { granted: [1], line: [2] },
      3: { awaits: [1, 2, 3], granted: [], line: [0] }
    },
    ready: [1],
    running: 3,
    tasks: { 0: 'parked', 1: 'ready', 2: 'parked', 3: 'running' },
    timers: []
  });
});

test('a task that is named after another one has its line, and its name but for the number', () => {
  const named = ['cook 9', 'cook (9)', 'cook 007', 'main.rs:3 (19)'];
  const given = named.map((name, number) => ({ task: 2 * number, name, line: number + 1 }));
  const others = given.map(({ task }) => ({ task: task + 1, next: task }));
  const { tasks } = new Run(trace({ line: 1, at: 'main.rs:3:5' }, ...given, ...others)).trace;
  assert.deepEqual(
    others.map(({ task }) => tasks.get(task)),
    ['cook 10', 'cook (10)', 'cook 8', 'main.rs:3 (20)'].map((name, number) => ({ name, line: number + 1 }))
  );
});

test('one step on and many steps on give the same state', () => {
  for (const name of NAMES) {
    const run = new Run(sample(name));
    const forth = Array.from({ length: run.count + 1 }, (_, step) => canonicalAt(run, step));
    for (let step = run.count; step >= 0; step -= 1)
      assert.equal(canonicalAt(run, step), forth[step], `${name} at ${step}`);
  }
});

test('the state at every poll and every pending of random programs is that of their executor', (t) => {
  const first = Number(process.env.GREENLIGHT_SEED ?? Math.floor(Math.random() * 1e9));
  t.diagnostic(`GREENLIGHT_SEED=${first}`);
  let states = 0;
  for (let seed = first; seed < first + 150; seed += 1) {
    const program = SAMPLES.random({ seed }),
      run = new Run(program.trace);
    assert.equal(run.count, program.events);
    for (const [step, state] of program.states) {
      assert.deepEqual(stateAt(run, step), JSON.parse(JSON.stringify(state)), `GREENLIGHT_SEED=${seed}, step ${step}`);
      states += 1;
    }
  }
  assert.ok(states > 10_000, `${states}`);
});

test('the copies of a long run are as good as folding it from its start', () => {
  const run = new Run(SAMPLES.many({ events: 6000 }));
  assert.ok(run.copies.length > 10);
  const steps = [255, 256, 257, 1000, 3333, run.count - 1, run.count];
  const with_ = steps.map((step) => canonicalAt(run, step));
  run.copies.length = 1;
  assert.deepEqual(
    steps.map((step) => canonicalAt(run, step)),
    with_
  );
});

test('copies hold nothing that grows with what has ended or was printed', () => {
  const run = new Run(SAMPLES.many({ events: 30_000 }));
  const sizes = run.copies.map(
    ([, state]) => state.tasks.size + state.waits.size + state.objects.size + state.awaited.size
  );
  assert.ok(run.ends.length > 300 && run.prints.length > 300, `${run.ends.length} ends`);
  assert.ok(Math.max(...sizes) < 200, `${Math.max(...sizes)}`);
});

test('every poll but those of the main task leads back to a spawn or a wake, and every wake to an act that came before', () => {
  for (const name of NAMES) {
    const run = new Run(sample(name)),
      { rows } = run.trace;
    rows.forEach((row, step) => {
      if (row?.[0] === 'poll') assert.match(rows[run.causeOf(step)][0], /^(spawn|wake|cancel)$/, `${name} at ${step}`);
      if (row?.[0] === 'wake' || row?.[0] === 'grant')
        assert.ok(run.causeOf(step) > 0 && run.causeOf(step) < step, `${name} at ${step}`);
    });
  }
});

test('a task that wakes itself is in the ready queue at once, and one that cancels itself when its poll is over', () => {
  const run = new Run(
    trace(
      ['spawn', 0],
      ['poll', 0, 1],
      ['wake', 0, 0],
      ['pending', 0],
      ['poll', 0, 2],
      ['cancel', 0],
      ['pending', 0],
      ['drop', 0, 2],
      ['cancelled', 0]
    )
  );
  const seen = (step) => [stateAt(run, step).tasks[0], stateAt(run, step).ready];
  assert.deepEqual(seen(3), ['running', [0]]);
  assert.deepEqual(seen(4), ['ready', [0]]);
  assert.deepEqual(seen(6), ['running', []]);
  assert.deepEqual(seen(7), ['ready', [0]]);
  assert.deepEqual(seen(8), ['running', []]);
  assert.deepEqual(seen(9), ['over', []]);
});

test('a granted lock is promised, and passed on when the wait is dropped', () => {
  const run = new Run(
    trace(
      { object: 1, is: 'lock' },
      ['spawn', 0],
      ['spawn', 1],
      ['made', 1, { holder: 0 }],
      ['wait', 1, 1, 1, null],
      ['release', 0, 1, null],
      ['grant', 1, 1],
      ['waited', 1]
    )
  );
  const holders = [3, 4, 5, 6, 7].map((step) => stateAt(run, step).objects[1].holder);
  assert.deepEqual(holders, [0, 0, null, 1, null]);
});

test('what the granted waits of a semaphore ask for is not free', () => {
  const run = new Run(
    trace(
      { object: 1, is: 'semaphore' },
      ['made', 1, { permits: 3 }],
      ['acquire', 0, 1, null, 3],
      ['wait', 1, 1, 1, null, 2],
      ['give', 0, 1, null, 3],
      ['grant', 1, 1],
      ['waited', 1],
      ['acquire', 1, 1, null, 2]
    )
  );
  assert.deepEqual(
    [1, 2, 3, 4, 5, 6, 7].map((step) => stateAt(run, step).objects[1].free),
    [3, 0, 0, 3, 1, 3, 1]
  );
});

test('a wait goes with the future to another task, and to nobody', () => {
  const run = new Run(
    trace(
      { object: 1, is: 'event' },
      ['made', 1, { set: 0 }],
      ['wait', 1, 1, 1, null],
      ['move', 1, 2],
      ['move', 1, null]
    )
  );
  assert.deepEqual(
    [2, 3, 4].map((step) => stateAt(run, step).objects[1].line),
    [[1], [2], [null]]
  );
});

test('timers are told by their deadlines, and those of one moment in the order of arming', () => {
  const run = new Run(
    trace(
      ['arm', 0, 1, 50, null, 'sleep'],
      ['arm', 1, 2, 20, null, 'timeout'],
      ['arm', 2, 3, 50, null],
      ['jump', 20],
      ['fire', 2, 3],
      ['disarm', 1]
    )
  );
  assert.deepEqual(stateAt(run, 3).timers, [
    [1, 20],
    [0, 50],
    [2, 50]
  ]);
  assert.deepEqual(stateAt(run, 6).timers, [[2, 50]]);
  assert.equal(run.trace.time[4], 20);
});

test('causes: what is under way, what the row names, and none', () => {
  const run = new Run(
    trace(
      ['spawn', 0],
      ['turn', 1],
      ['poll', 0, 2],
      ['print', 0, 'a'],
      ['spawn', 1, { cause: 3 }],
      ['mark', 0, null, 'b', { cause: 0 }],
      ['turn', 0],
      ['stale', 0]
    )
  );
  assert.deepEqual([...run.trace.cause].slice(1), [0, 0, 1, 3, 2, 0, 0, 0]);
});

test('a row of one object without a state and a row with a cause are told apart', () => {
  const run = new Run(
    trace({ object: 1, is: 'queue' }, ['spawn', 0], ['made', 1, { len: 2 }], ['made', 2, { cause: 2 }])
  );
  assert.equal(stateAt(run, 2).objects[1].len, 2);
  assert.equal(run.trace.cause[3], 1);
});

test('words that the reader does not know change nothing', () => {
  const run = new Run(trace(['spawn', 0], ['constructor', 0], ['__proto__', 1], ['brandNew', 1, { a: 1 }]));
  assert.equal(run.count, 4);
  assert.equal(canonicalAt(run, 4), canonicalAt(run, 1));
});

test('half a last line is left out, and a bad line before it is named', () => {
  assert.equal(new Run(trace(['spawn', 0]) + '\n["poll",0').count, 1);
  assert.throws(() => new Run(trace(['spawn', 0]) + '\n["poll",0\n["pending",0]'), /line 3 of the trace is no JSON/);
});

test('a hundred thousand events are folded in half a second', () => {
  const text = SAMPLES.many({ events: 100_000 });
  // The best of some: others use the machine, too.
  const best = (act) =>
    Math.min(
      ...Array.from({ length: 7 }, () => {
        const began = performance.now();
        act();
        return performance.now() - began;
      })
    );
  let run;
  const folded = best(() => {
    run = new Run(text);
  });
  assert.ok(run.count >= 100_000);
  assert.ok(folded < 500, `${folded} ms`);
  const asked = best(() => {
    for (let step = run.count; step > run.count - 20_000; step -= 997) run.stateAt(step);
  });
  assert.ok(asked / 21 < 30, `${asked / 21} ms`);
});
