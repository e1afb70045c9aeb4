// Why nobody can go on: a circle of tasks that wait for each other, drawn as a ring, or who waits for what, and who
// could end that.

// So many tasks are drawn as a ring; of more there is a list.
const LARGEST = 7;

// For whom each task waits, and through what: a list of `{ wait, object, it, tasks }` by the task.
function waitsOf(state) {
  const found = new Map();
  for (const [wait, { task, object }] of state.waits) {
    const it = state.objects.get(object);
    if (!it?.line.has(wait)) continue;
    const tasks = it.is === 'lock' ? [it.holder] : it.awaits ? [...it.awaits] : [it.task];
    if (!found.has(task)) found.set(task, []);
    found.get(task).push({ wait, object, it, tasks: tasks.filter((each) => each != null) });
  }
  return found;
}

// A circle of waits: the tasks, each with the object through which it waits for the next; none if there is none.
function circleOf(state, waits = waitsOf(state)) {
  const done = new Set(),
    leaves = {};
  for (const start of state.tasks.keys()) {
    const path = [],
      places = new Map();
    const stack = [[start, null]];
    // Depth first with a path of its own, since a chain may be longer than the stack of calls.
    while (stack.length) {
      const [task, through] = stack.pop();
      if (task === leaves) {
        places.delete(path.pop().task);
        continue;
      }
      if (through) path.at(-1).through = through;
      if (places.has(task)) return path.slice(places.get(task));
      if (done.has(task)) continue;
      done.add(task);
      places.set(task, path.length);
      path.push({ task, through: null });
      stack.push([leaves]);
      for (const wait of waits.get(task) ?? []) for (const next of wait.tasks) stack.push([next, wait]);
    }
  }
  return null;
}

// The last that was done for those who wait for the object, up to this step; nothing if nothing was.
function lastSignal(run, object, step) {
  const { rows, via } = run.trace,
    steps = run.objects.get(object) ?? [],
    acts = words('set notify pulse release give put get close come');
  // An act on a queue may grant those who wait at the full queue, which is another object.
  return steps
    .slice(0, lastAtMost(steps, step) + 1)
    .map((each) => (rows[each][0] === 'grant' ? via[each] : each))
    .findLast((each) => acts.has(rows[each]?.[0]));
}

function stallCard(view, board) {
  const { after } = view,
    waits = waitsOf(after),
    circle = circleOf(after, waits);
  const card = make('div.card.stalled', make('h3', circle ? 'They wait for each other' : 'Why nobody can go on'));
  if (circle && circle.length <= LARGEST) card.append(ring(view, circle));
  // Who waits for others that are told of here comes behind them.
  const waitsOnSomebody = (task) => Boolean(waits.get(task)?.some(({ tasks }) => tasks.length));
  const inCircle = new Set(circle?.map(({ task }) => task));
  const parked = [...after.tasks.keys()]
    .filter((task) => after.tasks.get(task) === 'parked' && (circle?.length > LARGEST || !inCircle.has(task)))
    .sort((a, b) => waitsOnSomebody(a) - waitsOnSomebody(b));
  card.append(...board.some(parked, (task) => because(view, board, task, waits.get(task))).flat());
  return card;
}

// What a task waits for, and who could end it.
function because({ run, step }, board, task, waits) {
  const who = () => board.chip(task, { place: `why ${task}`, kind: 'small' });
  if (!waits) return [make('div.because', who(), make('span', 'waits for nothing that the trace knows of'))];
  return waits.map(({ object, it, tasks }) =>
    make(
      'div.because',
      who(),
      make('span', 'waits for'),
      ...phrase(run, [{ object }]),
      make('span', whoEnds(it, tasks)),
      ...tasks.slice(0, 6).map((each) => board.chip(each, { place: `ends ${task} ${each}`, kind: 'letters' })),
      tasks.length > 6 && board.more(tasks.length - 6),
      !tasks.length && lastDone(run, board.page, lastSignal(run, object, step))
    )
  );
}

// A button that tells what was last done for those who wait, and whom it reached, and goes there.
function lastDone(run, page, last) {
  if (!last) return null;
  const { rows, via } = run.trace,
    reached = rows.flatMap((row, at) => (row?.[0] === 'grant' && via[at] === last ? [run.taskAt(at)] : []));
  const whom = reached.length ? listed(reached.slice(0, 6)) : ['nobody'];
  const parts = [`last, in step ${last}: `, ...run.head(last), '; it reached ', ...whom];
  return make('button.last', { onclick: () => page.go(last) }, phrase(run, parts));
}

function whoEnds(it, tasks) {
  if (it.is === 'lock' && tasks.length) return 'which is held by';
  if (it.task !== null) return '';
  if (tasks.length) return 'which awaits the end of';
  const ends = {
    __proto__: null,
    event: 'sets it',
    condition: 'notifies',
    semaphore: 'gives a permit',
    queue: 'puts or takes an item',
    barrier: 'arrives'
  };
  return `and nobody is left who ${ends[it.is] ?? 'could end that'}`;
}

// The circle as a ring: tasks and objects in turn, with what leads from one to the next. A large one has no room for
// words.
function ring({ run }, circle) {
  const large = circle.length > 3,
    width = 340,
    height = large ? 330 : circle.length > 2 ? 290 : 218,
    places = circle.length * 2;
  const angle = (place) => -Math.PI / 2 + (place * 2 * Math.PI) / places;
  const at = (place, more = 0) => [
    width / 2 + (width / 2 - 62 + more) * Math.cos(angle(place)),
    height / 2 + (height / 2 - 42 + more / 2) * Math.sin(angle(place))
  ];
  const drawing = draw('svg', {
    viewBox: `0 0 ${width} ${height}`,
    role: 'img',
    'aria-label': run.plain(inWords(circle))
  });
  for (let place = 0; place < places; place += 1) {
    const points = Array.from({ length: 9 }, (_, part) => at(place + .26 + (part * .46) / 8)),
      [x, y] = at(place + .5, 38);
    const through = circle[place >> 1].through.it.is === 'lock' ? 'is held by' : 'awaits';
    drawing.append(
      draw('path', { class: 'edge', d: `M${points.join('L')}` }),
      arrowHead(points.at(-2), points.at(-1), 11)
    );
    if (!large) drawing.append(draw('text', { class: 'says', x, y: y + 4 }, place % 2 ? through : 'waits for'));
  }
  circle.forEach(({ task, through: { object } }, number) => {
    const [x, y] = at(number * 2),
      [left, top] = at(number * 2 + 1),
      called = run.trace.objects.get(object)?.name;
    const name = brief(large && called ? printable(called) : run.objectName(object), large ? 10 : 18),
      half = Math.max(24, name.length * 4.4 + 8);
    drawing.append(
      draw('circle', { class: 'who', cx: x, cy: y, r: 19, '--c': colourOf(run, task) }),
      draw('text', { class: 'letters', x, y: y + 5 }, run.letters.get(task) ?? '?'),
      draw('text', nameBeside(x, y, angle(number * 2), large), brief(run.taskName(task), 16)),
      draw('rect', { class: 'what', x: left - half, y: top - 15, width: half * 2, height: 30, rx: 8 }),
      draw('text', { x: left, y: top + 5 }, name)
    );
  });
  return drawing;
}

// Where the name of a task stands: over the first and under the last, and else where a large ring has room.
function nameBeside(x, y, angle, large) {
  const right = Math.cos(angle),
    low = Math.sin(angle) > .3;
  if (!large || Math.abs(right) < .2) return { x, y: y + (Math.sin(angle) > -.9 ? 36 : -26) };
  const toRight = right > 0 === (low && Math.abs(right) < .75);
  return { x: x + (toRight ? 25 : -25), y: y + 5, style: `text-anchor: ${toRight ? 'start' : 'end'}` };
}

function inWords(circle) {
  return circle.flatMap(({ task, through }, number) => [
    number ? ', ' : '',
    { task },
    ' waits for ',
    { object: through.object },
    through.it.is === 'lock' ? ', which is held by ' : ', which awaits ',
    { task: circle[(number + 1) % circle.length].task }
  ]);
}
