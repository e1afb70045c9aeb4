// The board: who runs, who waits for what in which order, who is next. It is made anew at each step, and chips and
// cards glide from where they stood: motion shows what moved.

// So many chips of a line, of the queue or of the ended are shown; a number stands for the rest.
const CHIPS = 12;

// So many cards are shown besides those that are in use.
const CARDS = 40;

// What the step is about: who acts, on what and how, who moves, and from where.
function focusOf({ run, step, before }) {
  const { rows, via, cause } = run.trace,
    row = rows[step] ?? [],
    [word] = row,
    wakes = word === 'wake' || word === 'again';
  const act = wakes ? via[step] : step,
    actor = rows[act]?.[1];
  const focus = {
    object: run.objectAt(act),
    actor: null,
    pill: run.pill(act),
    woken: wakes ? row[1] : null,
    hot: run.taskAt(step),
    ghost: null
  };
  if (focus.pill !== null) focus.actor = actor;
  else if (wakes && ENDS.has(rows[act]?.[0])) [focus.actor, focus.pill] = [actor, 'ends'];
  else if (word === 'arm')
    [focus.object, focus.actor, focus.pill] = [
      'clock',
      actor,
      { __proto__: null, timeout: 'limit', deadline: 'deadline', tick: 'tick' }[row[5]] ?? 'sleep'
    ];
  const left = wakes
    ? placeLeft(run, step)
    : word === 'grant' || word === 'fire' || word === 'disarm'
      ? { wait: row[1], object: focus.object }
      : null;
  if (word === 'poll') focus.ghost = { place: 'queue', task: row[1], wait: row[1], from: [...before.ready] };
  if (!left) return focus;
  // In the state before the act everybody is still in line.
  const state = wakes ? run.stateAt((left.object === null ? cause[step] : act || step) - 1) : before;
  focus.object ??= left.object ?? 'clock';
  const from = left.object === null ? inOrder(state.timers) : [...(state.objects.get(left.object)?.line ?? [])];
  focus.ghost = {
    place: left.object ?? 'clock',
    task: state.waits.get(left.wait)?.task ?? focus.hot,
    wait: left.wait,
    from
  };
  return focus;
}

// A name that may be broken where its parts meet, as in `traffic_light`.
const breakable = (name) => name.split(/(?<=[_:.])/).flatMap((part, at) => (at ? [make('wbr'), part] : [part]));

const GHOST = { kind: 'ghost', place: 'ghost' };

// The waits of timers as they fire.
const inOrder = (timers) => [...timers].sort((a, b) => a[1] - b[1] || a[0] - b[0]).map(([wait]) => wait);

// Puts a ghost among the waits that are left, where it stood among those that were.
function withGhost(waits, ghost, place) {
  if (ghost?.place !== place || waits.includes(ghost.wait) || !ghost.from.includes(ghost.wait)) return waits;
  const before = new Set(ghost.from.slice(0, ghost.from.indexOf(ghost.wait)));
  const at = waits.findLastIndex((wait) => before.has(wait)) + 1;
  return [...waits.slice(0, at), ghost.wait, ...waits.slice(at)];
}

class Board {
  constructor(page) {
    this.page = page;
  }

  show(view) {
    all('.flies').forEach((each) => each.remove());
    this.view = view;
    this.focus = focusOf(view);
    byId('runner').replaceChildren(...this.runner());
    byId('ended').replaceChildren(...this.ended());
    const scroll = byId('cards').scrollTop;
    byId('cards').replaceChildren(...this.cards());
    byId('cards').scrollTop = scroll;
    byId('queue').replaceChildren(...this.queue());
    one('.thing.touched')?.scrollIntoView({ block: 'nearest' });
    one('#queue .hot')?.scrollIntoView({ block: 'nearest' });
  }

  chip(number, { place, note, kind = '' }) {
    const { run } = this.view,
      name = run.taskName(number),
      state = this.view.after;
    const kinds = [kind];
    if (number === this.focus.hot && /^(run|ready|wait|over)/.test(place)) kinds.push('hot');
    if (state.dying.has(number)) kinds.push('dying');
    return make(
      'button.chip',
      {
        class: ['chip', ...kinds].filter(Boolean).join(' '),
        '--c': colourOf(run, number),
        'data-task': number,
        'data-place': place,
        title: `${name}: why is it there? (click)`,
        onclick: () => this.page.dialogs.tellOf(number)
      },
      make('span.badge', { 'aria-hidden': 'true' }, run.letters.get(number) ?? '?'),
      make('span.name', breakable(name)),
      note && make('small', note)
    );
  }

  runner() {
    const { after, run, step } = this.view,
      running = after.runs.at(-1);
    if (running === undefined)
      return [make('span.empty', run.trace.rows[step]?.[0] === 'stall' ? 'nobody, ever' : 'nobody')];
    const known = run.tasks.get(running),
      polls = lastAtMost(known.polls, step) + 1;
    const dropped = run.trace.rows[known.polls[polls - 1]]?.[0] === 'drop';
    const kind = Array.from(this.view.run.taskName(running)).length > 5 ? 'large long' : 'large';
    const note = dropped ? 'is being dropped' : `poll ${polls}`;
    return [this.chip(running, { place: `run ${running}`, kind }), make('span.note', note)];
  }

  ended() {
    const { run, step } = this.view,
      ends = run.ends.slice(0, lastAtMost(run.ends, step) + 1);
    if (!ends.length) return [make('span.empty', 'nobody yet')];
    return this.some(ends.reverse(), (at) => {
      const [how, task] = run.trace.rows[at];
      return this.chip(task, { place: `over ${task}`, note: how === 'returned' ? '✓' : how, kind: 'small' });
    });
  }

  queue() {
    const { after } = this.view,
      tasks = withGhost([...after.ready], this.focus.ghost, 'queue');
    if (!tasks.length) return [make('span.empty', 'empty')];
    const [next] = after.ready,
      show = (task) =>
        make(
          'div.spot',
          task === next && make('span.next', 'next'),
          this.chip(task, after.ready.has(task) ? { place: `ready ${task}` } : GHOST)
        );
    return this.some(tasks, show, this.focus.woken ?? this.focus.hot);
  }

  // The first of a list, how many more there are, and the one that has to be seen.
  some(list, show, seen) {
    const shown = list.slice(0, CHIPS).map(show),
      more = list.length - CHIPS;
    if (more > 0) shown.push(this.more(more));
    return list.indexOf(seen) < CHIPS ? shown : [...shown, show(seen)];
  }

  more(number) {
    return make('span.more', `and ${number} more`);
  }

  cards() {
    const { after, run } = this.view,
      kept = [],
      last = [];
    let idle = 0,
      hidden = 0;
    if (run.trace.rows[this.view.step]?.[0] === 'stall') kept.push(stallCard(this.view, this));
    for (const [number, it] of after.objects) {
      const touched = this.focus.object === number,
        used = it.line.size || it.granted.size || it.holder !== null;
      const passing = !KINDS.has(it.is) && (isLine(it.is) || !run.trace.objects.get(number)?.name);
      if (passing && !touched && !used && !it.awaits?.size) continue;
      if (!used && !touched && (idle += 1) > CARDS) hidden += 1;
      else (passing && !isLine(it.is) ? last : kept).push(this.card(number, it, touched));
    }
    if (run.arms) kept.push(clockCard(this.view, this));
    if (hidden) last.push(make('span.more', `and ${hidden} more that nobody uses`));
    const all = [...kept, ...last];
    return all.length ? all : [make('span.empty', 'nobody waits')];
  }

  card(number, it, touched) {
    const { run } = this.view,
      known = run.trace.objects.get(number),
      name = known?.name,
      called = run.objectName(number);
    const [flag, on] = this.flag(it, number),
      line = known && run.lineName(known.line),
      isPlain = name != null && !run.endsOf.has(number);
    return make(
      `div.card.thing${touched ? '.touched' : ''}`,
      { 'data-object': number, title: line && `made at ${line}` },
      make(
        'div.title',
        make('b.name', { title: called, 'data-goes': number }, isPlain ? printable(name) : called),
        isPlain && make('span', printable(it.is)),
        flag && make(`span.flag${on ? '.on' : ''}`, flag)
      ),
      ...this.rows(number, it)
    );
  }

  // What the object shows at its right.
  flag(it, number) {
    const { after } = this.view;
    switch (it.is) {
      case 'event':
        return it.set ? ['set ●', true] : ['not set ○'];
      case 'lock':
        return it.holder === null
          ? ['free', true]
          : [
              it.promised !== null
                ? 'promised'
                : ['held by ', this.chip(it.holder, { place: `holds ${number}`, kind: 'small' })]
            ];
      case 'semaphore':
        return [this.units(freePermits(after, it), it.permits, 'free')];
      case 'queue':
        return [it.closed ? `closed, ${it.len} left` : this.units(it.len, it.capacity, 'inside')];
      case 'barrier':
        return [this.units(it.inside, it.parties, 'there')];
      default:
        return [null];
    }
  }

  units(number, most, what) {
    if (most == null) return `${number} ${what}`;
    const dots =
      most <= 8 ? '●'.repeat(Math.max(0, Math.min(number, most))) + '○'.repeat(Math.max(0, most - number)) + '  ' : '';
    return `${dots}${number} of ${most} ${what}`;
  }

  rows(number, it) {
    const { after } = this.view,
      rows = [];
    const taskOf = (wait) => after.waits.get(wait)?.task ?? null;
    // Where somebody wakes, the ghost in line stands for the wait that was granted.
    const ghost = this.focus.woken === null ? null : this.focus.ghost?.wait;
    const granted = [...it.granted]
      .filter((wait) => wait !== ghost)
      .map((wait) => this.chip(taskOf(wait), { place: `wait ${wait}`, kind: 'granted' }));
    if (granted.length)
      rows.push([{ __proto__: null, lock: 'goes to', condition: 'notified' }[it.is] ?? 'goes on', granted]);
    const waits = withGhost([...it.line], this.focus.ghost, number);
    const awaited = this.some([...(it.awaits ?? [])], (task) =>
      this.chip(task, { place: `await ${number} ${task}`, kind: 'letters' })
    );
    if (waits.length) rows.push([isLine(it.is) ? 'in line' : 'waiting', this.line(waits, it)]);
    if (waits.length && awaited.length) rows.at(-1)[1].push(make('span.label', 'for'), ...awaited);
    else if (awaited.length) rows.push(['awaits', awaited]);
    return rows.map(([label, chips]) => make('div.row', make('span.label', label), make('div.chips', chips)));
  }

  line(waits, it) {
    const { after } = this.view,
      { ghost } = this.focus;
    return this.some(waits, (wait) => {
      if (!it.line.has(wait)) return this.chip(ghost.task, GHOST);
      const { task, asks } = after.waits.get(wait);
      return task === null
        ? make('span.empty', 'nobody polls it')
        : this.chip(task, { place: `wait ${wait}`, note: asks > 1 && `asks for ${asks}` });
    });
  }

  // Where everything stands.
  measure() {
    const boxes = new Map();
    for (const chip of all('main [data-place]:not(.ghost)')) {
      const { place, task } = chip.dataset,
        box = chip.getBoundingClientRect();
      boxes.set(place, box);
      if (!place.startsWith('await')) boxes.set(`task ${task}`, box);
    }
    for (const card of all('.thing')) boxes.set(`card ${card.dataset.object}`, card.getBoundingClientRect());
    return boxes;
  }

  // Lets what moved glide from where it stood. A chip that is new in its place comes from where its task was, over the
  // page, since the lists cut off what leaves them.
  glide(old) {
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    // First all is read and then all is set in motion: to mix that would lay the page out again for each.
    const now = this.measure(),
      moves = [],
      main = one('main'),
      origin = main.getBoundingClientRect();
    for (const element of all('.thing, main [data-place]:not(.ghost)')) {
      const { place, task, object } = element.dataset,
        key = place ?? `card ${object}`,
        to = now.get(key);
      const hot = place && !old.has(key) && +task === this.focus.hot,
        from = old.get(hot ? `task ${task}` : key);
      if (!from || (place && !hot && element.closest('.thing'))) continue;
      const [x, y] = [from.left - to.left, from.top - to.top];
      if (Math.abs(x) + Math.abs(y) > 2) moves.push([element, hot && to, { transform: `translate(${x}px, ${y}px)` }]);
    }
    const timing = { duration: 320, easing: 'cubic-bezier(.2, .7, .2, 1)' };
    for (const [element, to, from] of moves) {
      if (!to) element.animate([from, { transform: 'none' }], timing);
      if (!to || element.matches('.letters')) continue;
      const flies = element.cloneNode(true);
      flies.removeAttribute('data-place');
      flies.classList.add('flies');
      Object.assign(flies.style, {
        left: `${to.left - origin.left}px`,
        top: `${to.top - origin.top}px`,
        width: `${to.width}px`
      });
      main.append(flies);
      flies.animate([from, { transform: 'none' }], timing).finished.then(
        () => flies.remove(),
        () => {}
      );
      element.animate({ opacity: [0, 0] }, timing);
    }
  }
}
