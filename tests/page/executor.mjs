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
    this.main = this.spawn(main, at, 'main');
  }

  get trace() {
    return this.out.join('\n') + '\n';
  }

  row(...row) {
    while (row.at(-1) === undefined || row.at(-1) === null) row.pop();
    this.out.push(JSON.stringify(row.map((element) => (element === undefined ? null : element))));
    this.events += 1;
    return this.events;
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

  object(is, at, name, state) {
    const object = { id: ++this.counts.object, waits: [] };
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
    this.running.waits = [...(this.running.waits ?? []), wait];
    return wait;
  }

  /** Parks until the wait is granted. */
  *until(wait) {
    while (!wait.granted) yield;
    wait.task.waits = wait.task.waits.filter((other) => other !== wait);
    this.row('waited', wait.id);
  }

  grant(wait, via) {
    wait.object.waits.splice(wait.object.waits.indexOf(wait), 1);
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
    while (!timer.fired) yield;
  }

  *yields(at) {
    this.row('yield', this.running.id, this.line(at));
    this.wake(this.running);
    yield;
  }

  poll(task) {
    task.queued = false;
    this.running = task;
    this.row('poll', task.id, this.back(task.queuedBy));
    if (!task.body.next().done) this.row('pending', task.id);
    else {
      this.row('ready', task.id);
      task.over = true;
      this.live.delete(task.id);
      const end = this.row('returned', task.id);
      for (const joiner of task.joiners) joiner(end);
    }
    this.running = null;
  }

  run() {
    while (!this.main.over) {
      const batch = this.ready.splice(0);
      this.row('turn', batch.length);
      for (const task of batch) {
        this.poll(task);
        if (this.main.over) break;
      }
      if (batch.length || this.ready.length) continue;
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
      const request = task === this.main ? 0 : this.row('cancel', task.id);
      this.row('drop', task.id, this.back(request));
      for (const wait of task.waits ?? []) this.row('leave', wait.id);
      this.row('cancelled', task.id);
    }
    return this.trace;
  }
}

export class Lock {
  constructor(run, at, name) {
    [this.run, this.holder, this.it] = [run, null, run.object('lock', at, name)];
  }

  *lock(at) {
    const { run, it } = this;
    if (this.holder || it.waits.length) yield* run.until(run.waits(it, at));
    this.holder = run.running;
    run.row('take', run.running.id, it.id, run.line(at));
  }

  release(at) {
    const { run, it } = this;
    const act = run.row('release', run.running?.id, it.id, run.line(at));
    this.holder = null;
    if (!it.waits.length) return;
    this.holder = it.waits[0].task;
    run.grant(it.waits[0], act);
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
    [this.run, this.isSet, this.it] = [run, false, run.object('event', at, name, { set: 0 })];
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
    [this.run, this.free, this.it] = [run, permits, run.object('semaphore', at, name, { permits })];
  }

  *acquire(at, permits = 1) {
    const { run, it } = this;
    if (it.waits.length || this.free < permits) yield* run.until(run.waits(it, at, permits));
    else this.free -= permits;
    run.row('acquire', run.running.id, it.id, run.line(at), permits);
  }

  release(at, permits = 1) {
    const { run, it } = this;
    const act = run.row('give', run.running.id, it.id, run.line(at), permits);
    this.free += permits;
    while (it.waits.length && it.waits[0].asks <= this.free) {
      this.free -= it.waits[0].asks;
      run.grant(it.waits[0], act);
    }
  }
}

export class Queue {
  constructor(run, at, name, capacity) {
    Object.assign(this, { run, capacity, items: [], closed: false });
    this.it = run.object('queue', at, name, { capacity, len: 0 });
    [this.getters, this.putters] = [[], []];
  }

  *put(at, item) {
    const { run, it } = this;
    if (this.items.length >= this.capacity) {
      const wait = run.waits(it, at);
      this.putters.push(wait);
      yield* run.until(wait);
    }
    this.items.push(item);
    const act = run.row('put', run.running.id, it.id, run.line(at), this.items.length);
    if (this.getters.length) run.grant(this.getters.shift(), act);
  }

  *get(at) {
    const { run, it } = this;
    while (!this.items.length && !this.closed) {
      const wait = run.waits(it, at);
      this.getters.push(wait);
      yield* run.until(wait);
    }
    if (!this.items.length) return undefined;
    const item = this.items.shift();
    const act = run.row('get', run.running.id, it.id, run.line(at), this.items.length);
    if (this.putters.length) run.grant(this.putters.shift(), act);
    return item;
  }

  close(at) {
    this.closed = true;
    const act = this.run.row('close', this.run.running.id, this.it.id, this.run.line(at));
    for (const wait of this.getters.splice(0)) this.run.grant(wait, act);
  }
}

export class Barrier {
  constructor(run, at, name, parties) {
    Object.assign(this, { run, parties, inside: 0, it: run.object('barrier', at, name, { parties }) });
  }

  *wait(at) {
    const { run, it } = this;
    this.inside += 1;
    const act = run.row('come', run.running.id, it.id, run.line(at), this.inside);
    if (this.inside < this.parties) yield* run.until(run.waits(it, at));
    else for (const wait of [...it.waits]) run.grant(wait, act);
    this.inside -= 1;
    run.row('go', run.running.id, it.id, run.line(at), this.inside);
  }
}

/** Waits for all of the tasks, as gather does: two hops. */
export function* gather(run, at, tasks) {
  const it = run.object('gather', at);
  let left = 0;
  let wait = null;
  for (const task of tasks.filter((each) => !each.over)) {
    left += 1;
    run.row('await', task.id, it.id, run.line(at));
    task.joiners.push((end) => {
      left -= 1;
      if (left || !wait) return;
      const told = run.row('told', it.id, { cause: run.back(end) });
      run.grant(wait, told);
    });
  }
  if (left) yield* run.until(wait = run.waits(it, at));
  run.row('gone', it.id);
}
