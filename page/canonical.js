'use strict';
// The state in the form in which what different readers make of a trace is compared: keys sorted as strings. It is no
// part of the page.
//
// node page/canonical.js TRACE.jsonl prints the state after each event, a line each, from step 0 on.

const { Run, freePermits } = require('./fold.js');

function sortedJson(value) {
  if (Array.isArray(value)) return '[' + value.map(sortedJson).join(',') + ']';
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const keys = Object.keys(value).sort();
  return '{' + keys.map((key) => JSON.stringify(key) + ':' + sortedJson(value[key])).join(',') + '}';
}

// The state after the event of this step.
function canonicalAt(run, step) {
  const state = run.stateAt(step),
    tasks = {},
    objects = {};
  for (const [task, known] of run.tasks) {
    if (known.spawn <= step) tasks[task] = state.tasks.get(task) ?? 'over';
  }
  const taskOf = (wait) => state.waits.get(wait)?.task ?? null;
  for (const [number, object] of state.objects) {
    const told = (objects[number] = { line: [...object.line].map(taskOf), granted: [...object.granted].map(taskOf) });
    if (object.is === 'lock') told.holder = object.holder;
    if (object.is === 'event') told.set = object.set;
    if (object.is === 'semaphore') told.free = freePermits(state, object);
    if (object.is === 'queue') told.len = object.len;
    if (object.is === 'barrier') told.inside = object.inside;
    if (object.awaits) told.awaits = [...object.awaits];
  }
  const timers = [...state.timers].sort((a, b) => a[1] - b[1] || a[0] - b[0]);
  return sortedJson({
    running: state.runs.at(-1) ?? null,
    ready: [...state.ready],
    tasks,
    objects,
    timers: timers.map(([wait, deadline]) => [taskOf(wait), deadline])
  });
}

module.exports = { Run, canonicalAt };

if (require.main === module) {
  const run = new Run(require('node:fs').readFileSync(process.argv[2], 'utf8'));
  for (let step = 0; step <= run.count; step += 1) console.log(canonicalAt(run, step));
}
