'use strict';
// The board: who runs, who waits for what in which order, who is next. It is made anew at each step, and chips and
// cards glide from where they stood: motion shows what moved.

// So many chips of a line, of the queue or of the ended are shown; a number stands for the rest.
const CHIPS = 24;

// So many cards are shown besides those that are in use.
const CARDS = 40;

// What the step is about: who acts, on what, who moves, and from where.
function focusOf(view) {
  const { run, step, before, sentences } = view, { rows, via, cause } = run.trace;
  const row = rows[step], word = row?.[0];
  const focus = { object: null, clock: false, actor: null, pill: null, woken: null, ghost: null, hot: null };
  if (!row) return focus;
  focus.hot = run.taskAt(step);
  focus.object = run.objectAt(step);
  focus.pill = sentences.pill(step);
  if (focus.pill !== null) focus.actor = row[1];
  if (word === 'arm') Object.assign(focus, { clock: true, actor: row[1], pill: row[5] === 'sleep' || !row[5] ? 'sleep' : 'limit' });
  if (word === 'fire' || word === 'disarm') {
    focus.clock = true;
    focus.ghost = { place: 'clock', task: run.taskAt(step), wait: row[1], from: [...before.timers.keys()] };
  }
  if (word === 'poll') focus.ghost = { place: 'queue', task: row[1], wait: row[1], from: [...before.ready] };
  if (word === 'grant') leaveGhost(focus, run, before, row[1]);
  if (word === 'wake' || word === 'again') {
    const act = via[step];
    focus.woken = row[1];
    if (act) {
      focus.object = run.objectAt(act);
      focus.pill = sentences.pill(act);
      if (focus.pill !== null) focus.actor = rows[act][1];
      else if (['returned', 'cancelled', 'panicked'].includes(rows[act][0])) [focus.actor, focus.pill] = [rows[act][1], 'ends'];
      else if (rows[act][0] === 'told') focus.object = rows[act][1];
    }
    const left = placeLeft(run, step);
    if (left && left.object === null) {
      focus.clock = true;
      const from = run.stateAt(cause[step] - 1);
      focus.ghost = { place: 'clock', task: row[1], wait: left.wait, from: [...from.timers.keys()] };
    } else if (left) leaveGhost(focus, run, act ? run.stateAt(act - 1) : before, left.wait);
  }
  return focus;
}

// A ghost where the wait stood in line.
function leaveGhost(focus, run, state, wait) {
  const waiting = run.waits.get(wait);
  if (!waiting) return;
  focus.object ??= waiting.object;
  const from = [...(state.objects.get(waiting.object)?.line ?? [])];
  focus.ghost = { place: waiting.object, task: state.waits.get(wait)?.task ?? waiting.task, wait, from };
}

// Puts a ghost among the waits that are left, where it stood among those that were.
function withGhost(waits, ghost, place) {
  if (!ghost || ghost.place !== place || waits.includes(ghost.wait)) return waits;
  const old = ghost.from.indexOf(ghost.wait);
  const before = new Set(ghost.from.slice(0, Math.max(old, 0)));
  let at = 0;
  waits.forEach((wait, place) => { if (before.has(wait)) at = place + 1; });
  return [...waits.slice(0, at), ghost.wait, ...waits.slice(at)];
}

class Board {
  constructor(page) {
    this.page = page;
    this.boxes = new Map();
  }

  // Shows a view; `glide` has what moved glide.
  show(view, glide) {
    const old = glide ? this.measure() : new Map();
    this.view = view;
    this.focus = focusOf(view);
    byId('runner').replaceChildren(...this.runner());
    byId('ended').replaceChildren(...this.ended());
    const scroll = byId('cards').scrollTop;
    byId('cards').replaceChildren(...this.cards());
    byId('cards').scrollTop = scroll;
    byId('queue').replaceChildren(...this.queue());
    document.querySelector('.thing.touched')?.scrollIntoView({ block: 'nearest' });
    byId('queue').querySelector('.chip.hot')?.scrollIntoView({ block: 'nearest' });
    if (glide) this.glide(old);
  }

  chip(number, { place, note, kind = '', title = '' } = {}) {
    const { names } = this.view, name = names.task(number), state = this.view.after;
    const kinds = [kind];
    if (number === this.focus.hot && /^(run|ready|wait|over)/.test(place)) kinds.push('hot');
    if (state.dying.has(number)) kinds.push('dying');
    if (number === this.page.followed) kinds.push('followed');
    return make('button.chip', {
      class: ['chip', ...kinds].filter(Boolean).join(' '), '--c': colourOf(names, number), 'data-task': number,
      'data-place': place, title: `${name}${title && `, ${title}`}: why is it there? (click)`,
      onclick: () => this.page.tellOf(number),
    }, make('span.badge', { 'aria-hidden': 'true' }, names.letters.get(number) ?? '?'), make('span.name', {}, name),
    note && make('small', {}, note));
  }

  runner() {
    const { after, run, step } = this.view, running = after.runs.at(-1);
    if (running === undefined) return [make('span.empty', {}, this.nobody())];
    const known = run.tasks.get(running), polls = lastAtMost(known.polls, step) + 1;
    const dropped = run.trace.rows[known.polls[polls - 1]]?.[0] === 'drop';
    const notes = [dropped ? 'is being dropped' : `its poll no. ${polls}`];
    if (after.dying.has(running) && !dropped) notes.push('to be cancelled');
    const kind = Array.from(this.view.names.task(running)).length > 6 ? 'large long' : 'large';
    return [this.chip(running, { place: `run ${running}`, kind }), make('span.note', {}, notes.join(', '))];
  }

  nobody() {
    const word = this.view.run.trace.rows[this.view.step]?.[0];
    if (word === 'fire' || this.focus.ghost?.place === 'clock') return 'nobody: a timer is due';
    if (word === 'stall') return 'nobody, ever';
    return 'nobody';
  }

  ended() {
    const { run, step } = this.view;
    const ends = run.ends.slice(0, lastAtMost(run.ends, step) + 1);
    if (!ends.length) return [make('span.empty', {}, 'nobody yet')];
    const shown = ends.slice(-CHIPS).reverse().map((at) => {
      const task = run.trace.rows[at][1], how = run.trace.rows[at][0];
      const note = { returned: '✓', cancelled: 'cancelled', panicked: 'panicked' }[how];
      return this.chip(task, { place: `over ${task}`, note, kind: 'small', title: how });
    });
    return ends.length > CHIPS ? [...shown, this.more(ends.length - CHIPS)] : shown;
  }

  more(number) {
    return make('span.more', {}, `and ${number} more`);
  }

  queue() {
    const { after } = this.view, ghost = this.focus.ghost;
    const tasks = withGhost([...after.ready], ghost, 'queue');
    if (!tasks.length) return [make('li', {}, make('span.empty', {}, 'empty'))];
    const hot = tasks.indexOf(this.focus.woken ?? this.focus.hot);
    const next = tasks.find((task) => after.ready.has(task));
    const item = (task) => make('li', {}, task === next && make('span.next', {}, 'next'), this.queued(task));
    if (tasks.length <= CHIPS) return tasks.map(item);
    const shown = tasks.slice(0, CHIPS).map(item);
    shown.push(make('li', {}, this.more(tasks.length - CHIPS - (hot >= CHIPS ? 1 : 0))));
    if (hot >= CHIPS) shown.push(item(tasks[hot]));
    return shown;
  }

  queued(task) {
    const { after } = this.view;
    if (!after.ready.has(task)) return this.chip(task, { kind: 'ghost', place: 'ghost' });
    return this.chip(task, { place: `ready ${task}`, title: after.dying.has(task) ? 'to be dropped' : '' });
  }

  cards() {
    const { after, run } = this.view, kept = [], last = [];
    let idle = 0, hidden = 0;
    if (run.trace.rows[this.view.step]?.[0] === 'stall') kept.push(stallCard(this.view, this));
    for (const [number, it] of after.objects) {
      const touched = this.focus.object === number, used = it.line.size || it.granted.size || it.holder !== null;
      const passing = !run.trace.objects.get(number)?.name && !['event', 'lock', 'condition', 'semaphore', 'queue', 'barrier'].includes(it.is);
      if (passing && !touched && !used && !it.awaits?.size) continue;
      if (!used && !touched && (idle += 1) > CARDS) hidden += 1;
      else (passing ? last : kept).push(this.card(number, it, touched, used));
    }
    if (run.arms) kept.push(clockCard(this.view, this));
    if (hidden) last.push(make('span.more', {}, `and ${hidden} more that nobody uses`));
    const all = [...kept, ...last];
    return all.length ? all : [make('span.empty', {}, 'nobody waits')];
  }

  card(number, it, touched, used) {
    const { names, run } = this.view, known = run.trace.objects.get(number), name = known?.name;
    const kind = `card.thing${touched ? '.touched' : ''}${used ? '' : '.idle'}`;
    const [flag, on] = this.flag(it);
    const called = names.object(number);
    return make(`div.${kind}`, { 'data-object': number, title: this.madeAt(known) },
      make('div.title', {}, make('b.name', { title: called }, name == null ? called : printable(name)),
        name != null && make('span.kind', {}, printable(it.is)), flag && make(`span.flag${on ? '.on' : ''}`, {}, flag)),
      ...this.rows(number, it, used));
  }

  madeAt(known) {
    const line = known && this.view.names.line(known.line);
    return line ? `made at ${line}` : null;
  }

  // What the object shows at its right.
  flag(it) {
    const { after } = this.view;
    switch (it.is) {
      case 'event': return it.set ? ['set ●', true] : ['not set ○'];
      case 'lock': return it.holder === null ? ['free', true] : [it.promised ? 'promised' : 'locked'];
      case 'semaphore': return [this.units(freePermits(after, it), it.permits, 'free')];
      case 'queue': return [it.closed ? `closed, ${it.len} left` : this.units(it.len, it.capacity, 'inside')];
      case 'barrier': return [this.units(it.inside, it.parties, 'there')];
      default: return [null];
    }
  }

  units(number, most, what) {
    if (most == null) return `${number} ${what}`;
    const dots = most <= 8 ? '●'.repeat(Math.max(0, Math.min(number, most))) + '○'.repeat(Math.max(0, most - number)) + '  ' : '';
    return `${dots}${number} of ${most} ${what}`;
  }

  rows(number, it) {
    const { after } = this.view, rows = [];
    const taskOf = (wait) => after.waits.get(wait)?.task ?? null;
    if (it.holder !== null && !it.promised) rows.push(['held by', [this.chip(it.holder, { place: `holds ${number}` })]]);
    // Where somebody wakes, the ghost in line stands for the wait that was granted.
    const ghost = this.focus.woken === null ? null : this.focus.ghost?.wait;
    const granted = [...it.granted].filter((wait) => wait !== ghost).map((wait) => this.chip(taskOf(wait), { place: `wait ${wait}`, kind: 'granted' }));
    if (granted.length) rows.push([{ lock: 'goes to', condition: 'notified' }[it.is] ?? 'goes on', granted]);
    const waits = withGhost([...it.line], this.focus.ghost, number);
    if (waits.length) rows.push([it.awaits || it.is === 'task' ? 'waiting' : 'in line', this.line(waits, it)]);
    if (it.awaits?.size) rows.push(['awaits', this.some([...it.awaits], (task) => this.chip(task, { place: `await ${number} ${task}`, kind: 'letters' }))]);
    return rows.map(([label, chips]) => make('div.row', {}, make('span.label', {}, label), make('div.chips', {}, chips)));
  }

  line(waits, it) {
    const { after } = this.view, { ghost } = this.focus;
    return this.some(waits, (wait) => {
      if (!it.line.has(wait)) return this.chip(ghost.task, { kind: 'ghost', place: 'ghost' });
      const { task, asks } = after.waits.get(wait);
      return task === null ? make('span.empty', {}, 'nobody polls it') : this.chip(task, { place: `wait ${wait}`, note: asks > 1 && `asks for ${asks}` });
    });
  }

  some(list, show) {
    const shown = list.slice(0, CHIPS).map(show);
    return list.length > CHIPS ? [...shown, this.more(list.length - CHIPS)] : shown;
  }

  // Where everything stands, before it moves.
  measure() {
    const boxes = new Map();
    for (const chip of document.querySelectorAll('main .chip:not(.ghost)')) {
      const box = chip.getBoundingClientRect();
      boxes.set(chip.dataset.place, box);
      const key = `task ${chip.dataset.task}`;
      if (!boxes.has(key) || !chip.dataset.place.startsWith('await')) boxes.set(key, box);
    }
    for (const card of document.querySelectorAll('.thing')) boxes.set(`card ${card.dataset.object}`, card.getBoundingClientRect());
    return boxes;
  }

  // Lets what moved glide from where it stood. A chip that is new in its place comes from where its task was.
  glide(old) {
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    const timing = { duration: 320, easing: 'cubic-bezier(.2, .7, .2, 1)' };
    for (const card of document.querySelectorAll('.thing')) slide(card, old.get(`card ${card.dataset.object}`), timing);
    for (const chip of document.querySelectorAll('main .chip:not(.ghost)')) {
      const { place, task } = chip.dataset, hot = Number(task) === this.focus.hot;
      if (old.has(place)) {
        if (!chip.closest('.thing')) slide(chip, old.get(place), timing);
      } else if (hot) slide(chip, old.get(`task ${task}`), timing);
    }
  }
}

function slide(element, from, timing) {
  if (!from) return;
  const to = element.getBoundingClientRect(), x = from.left - to.left, y = from.top - to.top;
  if (Math.abs(x) < 2 && Math.abs(y) < 2) return;
  element.animate([{ transform: `translate(${x}px, ${y}px)` }, { transform: 'none' }], timing);
}
