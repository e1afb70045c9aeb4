// A small executor that runs generators on virtual time and writes its trace as docs/TRACE.md says: what the page shows
// need not come from greenlight. A task is a generator that yields where it parks.

export class Executor {
  constructor(program, main, at) {
    this.out = [JSON.stringify({ trace: 'executor', version: 1, program, clock: 'virtual' })];
    this.events = 0;
    this.time = 0;
    this.counts = { task: 0, object: 0, wait: 0 };
    this.lines = new Map();
    this.names = new Map();
    this.ready = [];
    this.timers = [];
    this.live = new Map();
    this.running = null;
    this.batch = [];
    this.things = new Map();
    /** The executor's own state at each poll and each pending, by the step. */
    this.states = [];
    this.main = this.spawn(main, at, 'main');
  }

  get trace() {
    return this.out.join('\n') + '\n';
  }

  row(...row) {
    while (row.at(-1) === undefined || row.at(-1) === null) row.pop();
    this.out.push(JSON.stringify(row.map((element) => (element === undefined ? null : element))));
    this.events += 1;
    if (row[0] === 'poll' || row[0] === 'pending') this.states.push([this.events, this.state()]);
    return this.events;
  }

  /** The state in the canonical form of the fold. */
  state() {
    const tasks = Array.from({ length: this.counts.task }, (_, id) => {
      const task = this.live.get(id);
      return [id, !task ? 'over' : task === this.running ? 'running' : task.queued ? 'ready' : 'parked'];
    });
    const ids = (waits) => waits.map((wait) => wait.task.id);
    const objects = [...this.things].map(([id, { it, tell }]) => [
      id,
      { line: ids(it.waits), granted: ids(it.granted), ...tell?.() }
    ]);
    const timers = [...this.timers].sort((a, b) => a.deadline - b.deadline || a.wait - b.wait);
    return {
      running: this.running?.id ?? null,
      ready: [...this.batch, ...this.ready].map(({ id }) => id),
      tasks: Object.fromEntries(tasks),
      objects: Object.fromEntries(objects),
      timers: timers.map((timer) => [timer.task.id, timer.deadline])
    };
  }

  /** How many events back that one will be from the next. */
  back(step) {
    return step ? this.events + 1 - step : 0;
  }

  line(at) {
    if (!this.lines.has(at)) {
      this.lines.set(at, this.lines.size + 1);
      this.out.push(JSON.stringify({ line: this.lines.size, at }));
    }
    return this.lines.get(at);
  }

  spawn(body, at, name) {
    const known = this.names.get(name) ?? 0;
    this.names.set(name, known + 1);
    const unique = known ? `${name} ${known + 1}` : name;
    const line = this.line(at);
    const task = { id: this.counts.task++, name: unique, joiners: [], queued: true, over: false };
    this.out.push(JSON.stringify({ task: task.id, name: unique, line }));
    task.queuedBy = this.row('spawn', task.id);
    task.body = body(this);
    this.live.set(task.id, task);
    this.ready.push(task);
    return task;
  }

  object(is, at, name, state, tell) {
    const object = { id: ++this.counts.object, waits: [], granted: [] };
    this.things.set(object.id, { it: object, tell });
    const line = this.line(at);
    this.out.push(JSON.stringify({ object: object.id, is, ...(name ? { name } : {}), line }));
    this.row('made', object.id, state);
    return object;
  }

  wake(task, via) {
    if (task.over) this.row('stale', task.id);
    else if (task.queued) this.row('again', task.id, this.back(via));
    else {
      task.queued = true;
      task.queuedBy = this.row('wake', task.id, this.back(via));
      this.ready.push(task);
    }
  }

  /** Begins a wait of the running task. */
  waits(object, at, asks = 1) {
    const wait = { id: ++this.counts.wait, task: this.running, object, asks, granted: false };
    this.row('wait', this.running.id, wait.id, object.id, this.line(at), asks === 1 ? undefined : asks);
    object.waits.push(wait);
    return wait;
  }

  /** Parks until the wait is granted, or its task is dropped. */
  *until(wait) {
    try {
      while (!wait.granted) yield;
    } finally {
      const list = wait.granted ? wait.object.granted : wait.object.waits;
      list.splice(list.indexOf(wait), 1);
      this.row(wait.granted ? 'waited' : 'leave', wait.id);
    }
  }

  grant(wait, via) {
    wait.object.waits.splice(wait.object.waits.indexOf(wait), 1);
    wait.object.granted.push(wait);
    wait.granted = true;
    this.row('grant', wait.id, this.back(via));
    this.wake(wait.task, via);
  }

  say(text) {
    this.row('print', this.running.id, text);
  }

  *sleep(after, at) {
    const timer = { wait: ++this.counts.wait, task: this.running, deadline: this.time + after, fired: false };
    timer.armed = this.row('arm', this.running.id, timer.wait, after, this.line(at), 'sleep');
    this.timers.push(timer);
    try {
      while (!timer.fired) yield;
    } finally {
      if (!timer.fired) {
        this.timers.splice(this.timers.indexOf(timer), 1);
        this.row('disarm', timer.wait);
      }
    }
  }

  /** Has a task dropped at its next turn. */
  cancel(task) {
    if (task.over || task.dying) return;
    task.dying = true;
    const request = this.row('cancel', task.id);
    if (task.queued || task === this.running) return;
    [task.queued, task.queuedBy] = [true, request];
    this.ready.push(task);
  }

  *yields(at) {
    this.row('yield', this.running.id, this.line(at));
    this.wake(this.running);
    yield;
  }

  poll(task) {
    task.queued = false;
    this.running = task;
    if (task.dying) return this.drop(task, task.queuedBy);
    this.row('poll', task.id, this.back(task.queuedBy));
    const { done } = task.body.next();
    if (done) {
      this.row('ready', task.id);
      return this.end(task, 'returned');
    }
    this.running = null;
    if (task.dying && !task.queued) {
      [task.queued, task.queuedBy] = [true, this.events + 1];
      this.ready.push(task);
    }
    this.row('pending', task.id);
  }

  drop(task, cause) {
    this.running = task;
    this.row('drop', task.id, this.back(cause));
    task.body.return();
    this.end(task, 'cancelled');
  }

  end(task, how) {
    task.over = true;
    this.live.delete(task.id);
    const end = this.row(how, task.id);
    for (const joiner of task.joiners) joiner(end);
    this.running = null;
  }

  run() {
    while (!this.main.over) {
      const ready = this.ready.splice(0);
      this.batch = [...ready];
      this.row('turn', ready.length);
      while (this.batch.length && !this.main.over) this.poll(this.batch.shift());
      if (ready.length || this.ready.length) continue;
      if (!this.timers.length) return this.stall();
      const next = Math.min(...this.timers.map((timer) => timer.deadline));
      this.row('jump', next - this.time);
      this.time = next;
      const due = this.timers.filter((timer) => timer.deadline === next);
      this.timers = this.timers.filter((timer) => timer.deadline !== next);
      for (const timer of due) {
        timer.fired = true;
        this.row('fire', timer.wait, this.back(timer.armed));
        this.wake(timer.task);
      }
    }
    return this.trace;
  }

  stall() {
    this.row('stall');
    for (const task of this.live.values()) {
      this.drop(task, task === this.main ? 0 : this.row('cancel', task.id));
    }
    return this.trace;
  }
}

export class Lock {
  constructor(run, at, name) {
    [this.run, this.holder] = [run, null];
    this.it = run.object('lock', at, name, null, () => ({ holder: this.holder?.id ?? null }));
  }

  *lock(at) {
    const { run, it } = this;
    if (this.holder || it.waits.length) {
      const wait = run.waits(it, at);
      let has = false;
      try {
        yield* run.until(wait);
        has = true;
      } finally {
        // A waiter that is dropped with the lock passes it on.
        if (wait.granted) this.holder = null;
        if (wait.granted && !has) this.pass(0);
      }
    }
    this.holder = run.running;
    run.row('take', run.running.id, it.id, run.line(at));
  }

  release(at) {
    const { run, it } = this;
    const act = run.row('release', run.running?.id, it.id, run.line(at));
    this.holder = null;
    this.pass(act);
  }

  pass(act) {
    const [first] = this.it.waits;
    if (!first) return;
    this.holder = first.task;
    this.run.grant(first, act);
  }
}

export class Condition {
  constructor(run, at, name) {
    [this.run, this.lock] = [run, new Lock(run, at, name)];
    this.it = run.object('condition', at, name);
  }

  *wait(at, taken) {
    const wait = this.run.waits(this.it, at);
    this.lock.release(taken);
    yield* this.run.until(wait);
    yield* this.lock.lock(at);
  }

  *waitFor(at, taken, holds) {
    for (let notified = 0; ; notified += 1) {
      const held = holds();
      this.run.row('ask', this.run.running.id, this.it.id, this.run.line(at), held ? 1 : 0, notified);
      if (held) return;
      yield* this.wait(at, taken);
    }
  }

  notify(at, asked) {
    const { run, it } = this;
    const reached = it.waits.slice(0, asked ?? Infinity);
    const act = run.row('notify', run.running.id, it.id, run.line(at), asked ?? null, reached.length);
    for (const wait of reached) run.grant(wait, act);
  }
}

export class Event {
  constructor(run, at, name) {
    [this.run, this.isSet] = [run, false];
    this.it = run.object('event', at, name, { set: 0 }, () => ({ set: this.isSet ? 1 : 0 }));
  }

  *wait(at) {
    const { run, it } = this;
    if (this.isSet) run.row('isset', run.running.id, it.id, run.line(at), 1);
    else yield* run.until(run.waits(it, at));
  }

  set(at) {
    const { run, it } = this;
    const released = [...it.waits];
    this.isSet = true;
    const act = run.row('set', run.running.id, it.id, run.line(at), released.length);
    for (const wait of released) run.grant(wait, act);
  }

  clear(at) {
    this.isSet = false;
    this.run.row('clear', this.run.running.id, this.it.id, this.run.line(at));
  }
}

export class Semaphore {
  constructor(run, at, name, permits) {
    [this.run, this.free] = [run, permits];
    this.it = run.object('semaphore', at, name, { permits }, () => ({ free: this.free }));
  }

  *acquire(at, permits = 1) {
    const { run, it } = this;
    if (it.waits.length || this.free < permits) {
      const wait = run.waits(it, at, permits);
      let has = false;
      try {
        yield* run.until(wait);
        has = true;
      } finally {
        if (wait.granted && !has) {
          this.free += permits;
          this.pass(0);
        }
      }
    } else this.free -= permits;
    run.row('acquire', run.running.id, it.id, run.line(at), permits);
  }

  release(at, permits = 1) {
    const { run, it } = this;
    const act = run.row('give', run.running.id, it.id, run.line(at), permits);
    this.free += permits;
    this.pass(act);
  }

  pass(act) {
    const { run, it } = this;
    while (it.waits.length && it.waits[0].asks <= this.free) {
      this.free -= it.waits[0].asks;
      run.grant(it.waits[0], act);
    }
  }
}

export class Queue {
  constructor(run, at, name, capacity) {
    Object.assign(this, { run, capacity, items: [], closed: false });
    this.it = run.object('queue', at, name, { capacity, len: 0 }, () => ({ len: this.items.length }));
  }

  /** The first in line who wants that. */
  first(wants) {
    return this.it.waits.find((wait) => wait.wants === wants);
  }

  *waits(at, wants) {
    const wait = this.run.waits(this.it, at);
    wait.wants = wants;
    yield* this.run.until(wait);
  }

  *put(at, item) {
    const { run, it } = this;
    if (this.items.length >= this.capacity) yield* this.waits(at, 'put');
    this.items.push(item);
    const act = run.row('put', run.running.id, it.id, run.line(at), this.items.length);
    if (this.first('get')) run.grant(this.first('get'), act);
  }

  *get(at) {
    const { run, it } = this;
    while (!this.items.length && !this.closed) yield* this.waits(at, 'get');
    if (!this.items.length) return undefined;
    const item = this.items.shift();
    const act = run.row('get', run.running.id, it.id, run.line(at), this.items.length);
    if (this.first('put')) run.grant(this.first('put'), act);
    return item;
  }

  close(at) {
    this.closed = true;
    const act = this.run.row('close', this.run.running.id, this.it.id, this.run.line(at));
    while (this.first('get')) this.run.grant(this.first('get'), act);
  }
}

export class Barrier {
  constructor(run, at, name, parties) {
    Object.assign(this, { run, parties, inside: 0 });
    this.it = run.object('barrier', at, name, { parties }, () => ({ inside: this.inside }));
  }

  *wait(at) {
    const { run, it } = this;
    this.inside += 1;
    const act = run.row('come', run.running.id, it.id, run.line(at), this.inside);
    try {
      if (this.inside < this.parties) yield* run.until(run.waits(it, at));
      else for (const wait of [...it.waits]) run.grant(wait, act);
    } finally {
      this.inside -= 1;
      run.row('go', run.running.id, it.id, run.line(at), this.inside);
    }
  }
}

/** Waits for all of the tasks, as gather does: two hops. */
export function* gather(run, at, tasks) {
  const awaits = new Set();
  let left = 0,
    awaited = false;
  const it = run.object('gather', at, undefined, undefined, () => (awaited ? { awaits: [...awaits] } : {}));
  let wait = null;
  for (const task of tasks.filter((each) => !each.over)) {
    left += 1;
    awaited = true;
    awaits.add(task.id);
    run.row('await', task.id, it.id, run.line(at));
    task.joiners.push((end) => {
      awaits.delete(task.id);
      left -= 1;
      if (left || !it.waits.includes(wait)) return;
      const told = run.row('told', it.id, { cause: run.back(end) });
      run.grant(wait, told);
    });
  }
  if (left) yield* run.until((wait = run.waits(it, at)));
  run.things.delete(it.id);
  run.row('gone', it.id);
}
