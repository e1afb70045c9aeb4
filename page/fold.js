'use strict';
// Reads a trace and rebuilds the state of the run at every step. docs/TRACE.md is the contract. It knows nothing of the
// page: node runs it as it is.
//
// A step is the number of an event, from 1 on; step 0 is before all of them. A state holds only what is alive, so that
// a copy of it is small however long the run has been: tasks that ended, and lines that were printed, are looked up by
// their steps.

// How many events lie between two copies of the state, at least; more where the state itself is larger.
const STRIDE = 256;

const between = (least, value, most) => Math.max(least, Math.min(value, most));

const words = (text) => new Set(text.split(' '));

// The rows that carry a cause of their own, and are the cause of what follows them.
const CAUSES = words('poll drop fire arrive told');

// The rows after which nothing is under way.
const BREAKS = words('turn jump park unpark stall');

// The rows whose second element is a task, whose third is an object, and whose fourth is a line.
const ABOUT_OBJECT = words(
  'set pulse clear isset take release notify ask acquire give put get done close come go reset abort ' +
    'await lost refused does'
);

// All rows whose second element is a task.
const ABOUT_TASK = new Set([
  ...ABOUT_OBJECT,
  ...words(
    'spawn wake again stale poll pending ready panics defer yield cancel drop ' +
      'returned cancelled panicked held letgo wait arm timedout ended print mark'
  )
]);

// The rows whose second element is a wait.
const ABOUT_WAIT = words('grant move waited leave fire disarm');

const ENDS = words('returned cancelled panicked');

// The kinds of objects that tasks stand in line for, whether they have names or not.
const KINDS = words('event lock condition semaphore queue barrier');

// Whether tasks stand in line for it, as at a full queue, too.
const isLine = (is) => KINDS.has(is) || is.endsWith(' queue');

// The rows whose third element says how many events back the cause is, and the act.
const BACK = words('poll drop fire told'),
  VIA = words('wake again grant');

// Reads the lines of a trace: its definitions, and its events with time, turn, cause and act.
function readTrace(text) {
  const trace = { head: {}, lines: new Map(), tasks: new Map(), objects: new Map(), rows: [null], cut: false };
  const entries = readLines(text, trace);
  const [time, turn, cause, via] = [[0], [0], [0], [0]];
  let now = 0,
    turns = 0,
    under = 0;
  for (const entry of entries) {
    if (!Array.isArray(entry)) {
      define(trace, entry);
      continue;
    }
    if (entry[0] === 'now') {
      now += +entry[1] || 0;
      continue;
    }
    const step = trace.rows.length;
    const back = (count) => (count > 0 && count < step ? step - count : 0);
    let row = entry;
    const last = row[row.length - 1];
    const own = last?.cause == null ? null : back(last.cause);
    if (own !== null) row = row.slice(0, -1);
    const word = row[0];
    if (word === 'jump') now += +row[1] || 0;
    if (word === 'turn') turns += 1;
    if (BREAKS.has(word)) under = 0;
    trace.rows.push(row);
    time.push(now);
    turn.push(turns);
    cause.push(own ?? (CAUSES.has(word) ? (BACK.has(word) ? back(row[2]) : 0) : under));
    via.push(VIA.has(word) ? back(row[2]) : 0);
    if (CAUSES.has(word)) under = step;
  }
  return Object.assign(trace, { time, turn, cause, via, count: trace.rows.length - 1 });
}

// Parses the lines at once where all are good, and else one by one, to say which is not.
function readLines(text, trace) {
  const lines = text.split('\n').filter((line) => line.trim());
  try {
    return JSON.parse('[' + lines.join(',') + ']');
  } catch {
    const entries = [];
    lines.forEach((line, number) => {
      try {
        entries.push(JSON.parse(line));
      } catch {
        // A program that was killed leaves half a line, and all before it is good.
        if (number < lines.length - 1)
          throw new Error(`line ${number + 1} of the trace is no JSON: ${line.slice(0, 80)}`);
        trace.cut = true;
      }
    });
    return entries;
  }
}

// Takes in the head or a definition.
function define(trace, entry) {
  if (!entry || typeof entry !== 'object') return;
  if ('trace' in entry) trace.head = entry;
  else if ('at' in entry) trace.lines.set(entry.line, place(String(entry.at)));
  else if ('task' in entry) {
    const before = trace.tasks.get(entry.next);
    const name = before?.name.replace(/\d+(?=\)?$)/, (number) => +number + 1);
    const { line } = before ?? entry;
    trace.tasks.set(entry.task, { name: name ?? String(entry.name ?? `task ${entry.task}`), line });
  } else if ('object' in entry) {
    const name = entry.name == null ? null : String(entry.name);
    trace.objects.set(entry.object, { is: String(entry.is ?? 'object'), name, line: entry.line });
  }
}

// `file:line:column` in its parts.
function place(at) {
  const parts = /^(.*?):(\d+)(?::(\d+))?$/s.exec(at);
  return parts ? { file: parts[1], row: +parts[2] } : { file: at, row: 0 };
}

// A state in which nothing has happened.
function nothing() {
  return {
    // The tasks that are being polled or dropped; the last one is the one that runs.
    runs: [],
    // The ready queue, from the front.
    ready: new Set(),
    // `parked`, `ready` or `running`, of each task that is not over.
    tasks: new Map(),
    // The tasks that are to be dropped.
    dying: new Set(),
    // The waits that are not over, timers among them: `task`, `object` or none, `line`, `asks`, `since` which step.
    waits: new Map(),
    // The objects that are there; see `thing`.
    objects: new Map(),
    // When each timer fires, by its wait.
    timers: new Map(),
    // Which objects await the end of each task.
    awaited: new Map()
  };
}

// An object of which nothing is known but its kind.
function thing(is) {
  return {
    is,
    line: new Set(),
    granted: new Set(),
    holder: null,
    promised: null,
    set: 0,
    permits: 0,
    taken: 0,
    len: 0,
    capacity: null,
    inside: 0,
    parties: null,
    task: null,
    awaits: null,
    closed: false
  };
}

// A copy that shares nothing that changes. Waits are replaced and never changed, so they are shared.
function copy(state) {
  const objects = new Map();
  for (const [number, it] of state.objects) {
    const awaits = it.awaits && new Set(it.awaits);
    objects.set(number, { ...it, line: new Set(it.line), granted: new Set(it.granted), awaits });
  }
  return {
    runs: [...state.runs],
    ready: new Set(state.ready),
    tasks: new Map(state.tasks),
    dying: new Set(state.dying),
    waits: new Map(state.waits),
    objects,
    timers: new Map(state.timers),
    awaited: new Map([...state.awaited].map(([task, by]) => [task, [...by]]))
  };
}

// How much there is to copy.
function sizeOf(state) {
  return state.tasks.size + state.waits.size + state.objects.size;
}

function objectOf(state, trace, number) {
  let object = state.objects.get(number);
  if (!object) state.objects.set(number, (object = thing(trace.objects.get(number)?.is ?? 'object')));
  return object;
}

function queue(state, task) {
  state.ready.add(task);
  if (state.tasks.get(task) !== 'running') state.tasks.set(task, 'ready');
}

function begin(state, task) {
  state.ready.delete(task);
  state.tasks.set(task, 'running');
  state.runs.push(task);
}

function stop(state, task) {
  const at = state.runs.lastIndexOf(task);
  if (at >= 0) state.runs.splice(at, 1);
}

function finish(state, task) {
  stop(state, task);
  state.ready.delete(task);
  state.tasks.delete(task);
  state.dying.delete(task);
  for (const number of state.awaited.get(task) ?? []) state.objects.get(number)?.awaits?.delete(task);
  state.awaited.delete(task);
}

// Ends a wait, whatever had become of it.
function endWait(state, number) {
  const wait = state.waits.get(number);
  state.waits.delete(number);
  state.timers.delete(number);
  const object = wait && state.objects.get(wait.object);
  if (!object) return;
  object.line.delete(number);
  if (!object.granted.delete(number)) return;
  if (object.promised === number) object.promised = object.holder = null;
}

// What is done to the task or the wait that a row names second.
const on =
  (act) =>
  (state, [, number]) =>
    act(state, number);

// What each event does to the state: given that, the row, the object of rows that are about one, and where it is.
const FOLD = new Map(
  Object.entries({
    spawn: on(queue),
    wake: on(queue),
    poll: on(begin),
    drop: on(begin),
    pending(state, [, task]) {
      stop(state, task);
      if (state.dying.has(task)) state.ready.add(task);
      state.tasks.set(task, state.ready.has(task) ? 'ready' : 'parked');
    },
    cancel(state, [, task]) {
      state.dying.add(task);
      if (state.tasks.get(task) === 'parked') queue(state, task);
    },
    returned: on(finish),
    cancelled: on(finish),
    panicked: on(finish),

    wait(state, [, task, wait, object, line, asks], it, trace, step) {
      state.waits.set(wait, { task, object, line, asks: asks ?? 1, since: step });
      objectOf(state, trace, object).line.add(wait);
    },
    grant(state, [, wait]) {
      const waiting = state.waits.get(wait),
        it = waiting && state.objects.get(waiting.object);
      if (!it) return;
      it.line.delete(wait);
      it.granted.add(wait);
      if (it.is === 'lock') [it.holder, it.promised] = [waiting.task, wait];
    },
    move(state, [, wait, task = null]) {
      const waiting = state.waits.get(wait),
        it = waiting && state.objects.get(waiting.object);
      if (waiting) state.waits.set(wait, { ...waiting, task });
      if (it?.promised === wait) it.holder = task;
    },
    waited: on(endWait),
    leave: on(endWait),
    arm(state, [, task, wait, after, line, purpose], it, trace, step) {
      state.waits.set(wait, { task, object: null, line, asks: 1, since: step, purpose: purpose ?? 'sleep' });
      state.timers.set(wait, trace.time[step] + after);
    },
    fire: on(endWait),
    disarm: on(endWait),

    made(state, [, object, made], it, trace) {
      it = objectOf(state, trace, object);
      for (const key of ['set', 'permits', 'parties', 'capacity', 'len', 'task', 'holder'])
        it[key] = made?.[key] ?? it[key];
    },
    gone: (state, [, object]) => state.objects.delete(object),
    set: (state, row, it) => {
      it.set = 1;
    },
    pulse: (state, row, it) => {
      it.set = 0;
    },
    clear: (state, row, it) => {
      it.set = 0;
    },
    take: (state, [, task], it) => {
      [it.holder, it.promised] = [task, null];
    },
    release: (state, row, it) => {
      [it.holder, it.promised] = [null, null];
    },
    acquire: (state, row, it) => {
      it.taken += row[4] ?? 1;
    },
    give: (state, row, it) => {
      it.taken -= row[4] ?? 1;
    },
    put: (state, row, it) => {
      it.len = row[4] ?? it.len + 1;
    },
    get: (state, row, it) => {
      it.len = row[4] ?? it.len - 1;
    },
    close: (state, row, it) => {
      it.closed = true;
    },
    come: (state, row, it) => {
      it.inside = row[4] ?? it.inside + 1;
    },
    go: (state, row, it) => {
      it.inside = row[4] ?? it.inside - 1;
    },
    await(state, [, task, object], it) {
      it.awaits ??= new Set();
      it.awaits.add(task);
      const by = state.awaited.get(task);
      if (by) by.push(object);
      else state.awaited.set(task, [object]);
    }
  })
);

// Takes the state one event further.
function apply(trace, state, step) {
  const row = trace.rows[step],
    fold = FOLD.get(row[0]);
  if (fold) fold(state, row, ABOUT_OBJECT.has(row[0]) ? objectOf(state, trace, row[2]) : null, trace, step);
}

// The permits that nobody has.
function freePermits(state, object) {
  let free = object.permits - object.taken;
  for (const wait of object.granted) free -= state.waits.get(wait)?.asks ?? 1;
  return free;
}

// A trace that can be asked for its state at any step, and for what happened to each task and object.
class Run {
  constructor(text) {
    this.trace = readTrace(text);
    // The state at steps that lie far enough apart, as `[step, state]`.
    this.copies = [];
    // Of each task: the steps of its polls, its spawn and its end, and what it was from which step on.
    this.tasks = new Map();
    // The steps that are about each object.
    this.objects = new Map();
    // The object and the task of each wait, as it began.
    this.waits = new Map();
    // The task for whose end an object stands.
    this.endsOf = new Map();
    // The steps at which something was printed, and at which a task ended.
    this.prints = [];
    this.ends = [];
    // The steps at which time had gone on, and whether any timer is armed.
    this.jumps = [];
    this.arms = false;
    this.foldAll();
    this.linkEffects();
  }

  get count() {
    return this.trace.count;
  }

  foldAll() {
    const { trace } = this;
    const state = nothing();
    this.copies.push([0, nothing()]);
    let until = STRIDE;
    for (let step = 1; step <= trace.count; step += 1) {
      apply(trace, state, step);
      this.index(state, step);
      if (step >= until) {
        this.copies.push([step, copy(state)]);
        until = step + Math.max(STRIDE, sizeOf(state));
      }
    }
  }

  // Remembers where the event is to be found.
  index(state, step) {
    const row = this.trace.rows[step],
      word = row[0];
    if (ABOUT_TASK.has(word)) this.follow(state, step, row[1], word);
    if (word === 'wait' || word === 'arm') {
      this.waits.set(row[2], { task: row[1], object: word === 'wait' ? row[3] : null, line: row[4], step });
    }
    if (word === 'arm') this.arms = true;
    if (word === 'made' && row[2]?.task != null) this.endsOf.set(row[1], row[2].task);
    if (word === 'print') this.prints.push(step);
    if (word === 'jump' || word === 'unpark') this.jumps.push(step);
    const object = this.objectAt(step);
    if (object != null) {
      const steps = this.objects.get(object);
      if (steps) steps.push(step);
      else this.objects.set(object, [step]);
    }
  }

  follow(state, step, task, word) {
    if (task == null) return;
    let known = this.tasks.get(task);
    if (!known)
      this.tasks.set(task, (known = { spawn: step, end: Infinity, how: null, polls: [], steps: [], status: [] }));
    if (word === 'poll' || word === 'drop') known.polls.push(step);
    if (ENDS.has(word)) {
      [known.end, known.how] = [step, word];
      this.ends.push(step);
    }
    const status = state.tasks.get(task) ?? 'over',
      { steps } = known;
    if (known.status[steps.length - 1] === status) return;
    steps.push(step);
    known.status.push(status);
  }

  // The object that the event is about, whether it names that or a wait for it.
  objectAt(step) {
    const row = this.trace.rows[step];
    if (!row) return null;
    const word = row[0];
    if (ABOUT_OBJECT.has(word)) return row[2];
    if (word === 'wait') return row[3];
    if (word === 'made' || word === 'gone' || word === 'told') return row[1];
    return ABOUT_WAIT.has(word) ? (this.waits.get(row[1])?.object ?? null) : null;
  }

  kindOf(object) {
    return this.trace.objects.get(object)?.is ?? 'object';
  }

  // The task that the event happened to, or that did it.
  taskAt(step) {
    const row = this.trace.rows[step];
    if (!row) return null;
    if (ABOUT_TASK.has(row[0])) return row[1] ?? null;
    if (row[0] === 'move') return row[2] ?? null;
    return ABOUT_WAIT.has(row[0]) ? (this.waits.get(row[1])?.task ?? null) : null;
  }

  // The task whose poll or drop brought the event about.
  actorAt(step) {
    const cause = this.trace.cause[step],
      word = this.trace.rows[cause]?.[0];
    return word === 'poll' || word === 'drop' ? this.trace.rows[cause][1] : null;
  }

  // What brought the event about: the act, or else what was under way; 0 if nothing did.
  causeOf(step) {
    return this.trace.via[step] || this.trace.cause[step] || 0;
  }

  // What came of the event, of several the wake and else the first; 0 if nothing did.
  effectOf(step) {
    return this.effects[step] ?? 0;
  }

  linkEffects() {
    const { count, rows } = this.trace;
    this.effects = new Int32Array(count + 1);
    for (let step = 1; step <= count; step += 1) {
      const cause = this.causeOf(step),
        first = this.effects[cause];
      if (!cause || (first && (rows[first][0] === 'wake' || rows[step][0] !== 'wake'))) continue;
      this.effects[cause] = step;
    }
  }

  // The line at which the task parked last before this step.
  parkedAt(task, step) {
    const { rows } = this.trace,
      known = this.tasks.get(task);
    const poll = known?.polls[lastAtMost(known.polls, step - 1)];
    if (!poll) return null;
    let line = null;
    for (let at = poll + 1; at < step; at += 1) {
      const row = rows[at],
        word = row[0];
      if (word === 'pending' && row[1] === task) return line;
      if ((word === 'wait' || word === 'arm') && row[1] === task) line = row[4];
      if (word === 'yield' && row[1] === task) line = row[2];
    }
    return null;
  }

  // The state after the event of this step. It is the caller's own.
  stateAt(step) {
    const from = this.copies[lastAtMost(this.copies, step, ([at]) => at)];
    const state = copy(from[1]);
    for (let next = from[0] + 1; next <= step; next += 1) apply(this.trace, state, next);
    return state;
  }
}

// The last place in a sorted list whose key is at most so much; -1 if there is none.
function lastAtMost(list, limit, key = (element) => element) {
  let low = 0,
    high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (key(list[middle]) <= limit) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

if (typeof module === 'object') module.exports = { Run, freePermits };
