// What opens over the page: search, findings, the keys, and why a task is where it is.

const KEYS = `← →|one event back, on
⇧← ⇧→|previous, next poll of this task
O o|previous, next change of this object
c|cause: what brought this about
e|effect: what came of it
Home End|start, end
space|play, and stop; + and - set the pace
/|search the events; N n: previous, next that was found
f|findings; , . previous, next
a|why the task of this step is where it is (or click its chip)
w|the slots of the timer wheel
l|lanes by step, or by time; [ and ] set their width
d|where two runs differ first
x|the other of two runs, at this step
t|light, or dark
?|this list; Esc closes it`;

// So many hits are listed.
const HITS = 200;

class Dialogs {
  constructor(page) {
    this.page = page;
    this.dialog = byId('dialog');
    this.dialog.addEventListener('click', (event) => event.target === this.dialog && this.dialog.close());
    this.dialog.addEventListener('keydown', (event) => {
      const by = { ArrowDown: 1, ArrowUp: -1 }[event.key],
        places = [...all('dialog input, .list button')];
      if (!by) return;
      event.preventDefault();
      places[between(0, places.indexOf(document.activeElement) + by, places.length - 1)]?.focus();
    });
  }

  open(title, ...body) {
    const close = make('button', { onclick: () => this.dialog.close(), title: 'close (Esc)' }, 'close');
    this.dialog.replaceChildren(make('div.top', make('h3', title), close), make('div.body', body));
    if (!this.dialog.open) this.dialog.showModal();
    one('dialog .list button')?.focus();
  }

  help() {
    const rows = KEYS.split('\n')
      .filter((line) => this.page.runs.length > 1 || !line.includes('two runs'))
      .map((line) => line.split('|'));
    const shown = ([keys, text]) => [make('div', keys.split(' ').map((key) => make('kbd', key))), make('div', text)];
    this.open('Keys', make('div.keys', rows.map(shown)));
  }

  // A button that goes to a step, and tells its sentence and what else there is to say.
  link(step, kind, ...notes) {
    const { run } = this.page,
      go = () => {
        this.dialog.close();
        this.page.go(step);
      };
    return make(
      'button',
      { onclick: go },
      make('span', String(step)),
      make('span', duration(run.trace.time[step])),
      make(
        'div',
        kind && kind !== 'stall' && make('b', `${kind}: `),
        phrase(run, run.head(step)),
        notes.map((note) => make('p', note))
      )
    );
  }

  findings() {
    const { findings } = this.page.run;
    this.open(
      findings.length ? count(findings.length, 'finding') : 'Findings',
      findings.length
        ? make(
            'div.list',
            findings.slice(0, HITS).map(({ step, kind, note }) => this.link(step, kind, note))
          )
        : make('p', 'Nothing stands out.')
    );
  }

  search() {
    const { page } = this,
      field = make('input', {
        placeholder: 'a name, “wakes”, “club.rs:29”',
        'aria-label': 'Search the events'
      });
    const list = make('div.list'),
      found = make('p', { role: 'status' });
    const look = () => {
      const hits = page.find(field.value);
      found.textContent =
        page.query &&
        `${count(hits.length, 'event')}${hits.length > HITS ? `, the first ${HITS} are here` : ''}`;
      list.replaceChildren(...hits.slice(0, HITS).map((step) => this.link(step)));
    };
    field.value = page.query;
    field.addEventListener('input', look);
    field.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter') return;
      event.preventDefault();
      this.dialog.close();
      page.goToHit(1, page.step - 1);
    });
    this.open('Search', field, found, list);
    look();
    field.focus();
    field.select();
  }

  // Why the task is where it is.
  tellOf(task) {
    const { view, run } = this.page;
    this.open(
      make('span', phrase(run, [{ task }]), ` at step ${view.step}`),
      whyThere(view, task).map((told) =>
        Array.isArray(told) ? make('p', phrase(run, told)) : make('div.list', this.link(told))
      )
    );
  }
}

// What there is to say of where a task is: paragraphs in parts, and steps to look at.
function whyThere({ run, after, step }, task) {
  const known = run.tasks.get(task),
    status = after.tasks.get(task),
    waits = [...after.waits].filter(([, wait]) => wait.task === task);
  if (!known || known.spawn > step) return [['It has not been spawned yet.']];
  if (status === undefined) return [[`It is over: ${known.how}.`], known.end];
  if (status === 'running') {
    const { rows } = run.trace,
      began = known.polls[lastAtMost(known.polls, step)];
    return rows[began]?.[0] === 'drop'
      ? [
          ['It is being dropped. This led to it:'],
          rows.findLastIndex(
            (row, at) => at < began && ((row?.[0] === 'cancel' && row[1] === task) || row?.[0] === 'stall')
          )
        ].filter((told) => told !== -1)
      : [['It runs, and nobody else does. This woke it:'], run.causeOf(began)].filter(Boolean);
  }
  if (status === 'ready') {
    const before = [...after.ready].indexOf(task);
    return [
      [
        before ? `It is ready, and there are ${before} before it.` : 'It is ready, and next.',
        ' This put it into the ready queue:'
      ],
      known.steps[lastAtMost(known.steps, step)]
    ];
  }
  if (!waits.length) return [['It is parked, and waits for nothing that the trace tells of.']];
  return waits.flatMap(([number, wait]) => whyParked(run, after, step, number, wait));
}

function whyParked(run, after, step, number, wait) {
  const at = run.lineName(wait.line),
    there = at ? `, at ${at}. ` : '. ',
    it = after.objects.get(wait.object);
  if (wait.object === null)
    return [[`It is parked until its timer is due, at ${duration(after.timers.get(number))}${there}`], wait.since];
  const tasks =
    waitsOf(after)
      .get(wait.task)
      ?.find((each) => each.wait === number)?.tasks ?? [];
  const told = [
    [
      'It is parked: it waits for ',
      { object: wait.object },
      there,
      it?.granted.has(number)
        ? 'It has been granted that, and has not run since.'
        : placeIn(after, wait.object, number),
      ...(!tasks.length
        ? []
        : it.is === 'lock'
          ? [' Held by ']
          : [' ', { object: wait.object }, ' awaits the end of ']),
      ...listed(tasks.slice(0, 6)),
      tasks.length ? '.' : ''
    ],
    wait.since
  ];
  if (it?.awaits) {
    const all = run.objects.get(wait.object).filter((at) => at <= step && run.trace.rows[at][0] === 'await').length;
    return [...told, [`${all - it.awaits.size} of ${all} have ended.`]];
  }
  const last = lastSignal(run, wait.object, step);
  if (!last) return [...told, ['Nothing has been done yet for those who wait there.']];
  return [
    ...told,
    [`What was last done for those who wait there${last < wait.since ? ' came too early for it' : ''}:`],
    last
  ];
}
