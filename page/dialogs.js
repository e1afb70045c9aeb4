// What opens over the page: search, findings, the keys, and why a task is where it is.

const KEYS = `← →|one event back, on
⇧← ⇧→|to the last, the next poll of this task
O o|to the last, the next change of this object
c|to the cause: what brought this about
e|to the effect: what came of it
Home End|to the start, to the end
space|play, and stop; + and - set the pace
/|search the events; N and n go to the last, the next that was found
f|findings; , and . go to the last, the next
a|why the task of this step is where it is; or click its chip
w|the timer wheel and its slots
l|lanes by step, or by time; [ and ] set their width
d|with two runs: to where they differ first
x|with two runs: to the same step of the other
t|light, or dark
?|this list; Esc closes it`;

// So many hits are listed.
const HITS = 200;

class Dialogs {
  constructor(page) {
    this.page = page;
    this.dialog = byId('dialog');
    this.dialog.addEventListener('click', (event) => event.target === this.dialog && this.dialog.close());
  }

  open(title, ...body) {
    const close = make('button', { onclick: () => this.dialog.close(), title: 'close (Esc)' }, 'close');
    this.dialog.replaceChildren(make('div.top', make('h3', title), close), make('div.body', body));
    if (!this.dialog.open) this.dialog.showModal();
  }

  help() {
    const rows = KEYS.split('\n').map((line) => line.split('|'));
    this.open(
      'Keys',
      make(
        'table',
        rows.map(([keys, text]) =>
          make(
            'tr',
            make(
              'td',
              keys.split(' ').map((key) => make('kbd', key))
            ),
            make('td', text)
          )
        )
      )
    );
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
        type: 'search',
        placeholder: 'a name, “wakes”, “condition”',
        'aria-label': 'Search the events'
      });
    const list = make('div.list'),
      found = make('p', { role: 'status' });
    const look = () => {
      const hits = page.find(field.value);
      found.textContent =
        page.query &&
        `${count(hits.length, 'event')}${hits.length > HITS ? `, of which these are the first ${HITS}` : ''}`;
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
  if (status === 'running')
    return [
      ['It runs, and nobody else does. This woke it:'],
      run.causeOf(known.polls[lastAtMost(known.polls, step)])
    ].filter(Boolean);
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
      tasks.length ? (it.is === 'lock' ? ' Held by ' : ' It awaits the end of ') : '',
      ...tasks.slice(0, 6).flatMap((each, place) => [place ? ', ' : '', { task: each }]),
      tasks.length ? '.' : ''
    ],
    wait.since
  ];
  const { rows, via } = run.trace,
    steps = run.objects.get(wait.object) ?? [],
    acts = words('set notify pulse release give put get close come');
  // An act on a queue may grant those who wait at the full queue, which is another object.
  const last = steps
    .slice(0, lastAtMost(steps, step) + 1)
    .map((each) => (rows[each][0] === 'grant' ? via[each] : each))
    .findLast((each) => acts.has(rows[each]?.[0]));
  if (!last) return [...told, ['Nothing has been done yet for those who wait there.']];
  return [
    ...told,
    [`What was last done for those who wait there${last < wait.since ? ' came too early for it' : ''}:`],
    last
  ];
}
