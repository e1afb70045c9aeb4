// Why nobody can go on: a circle of tasks that wait for each other, drawn as a ring, or who waits for what, and who could
// end that.

// So many tasks are drawn as a ring; of more there is a list.
const LARGEST = 7;

// Whom a task waits for, through what: `{ wait, object, tasks }` for each of its waits.
function waitsOf(run, state, task) {
  const found = [];
  for (const [wait, waiting] of state.waits) {
    if (waiting.task !== task || waiting.object == null) continue;
    const it = state.objects.get(waiting.object);
    if (!it || !it.line.has(wait)) continue;
    let tasks = [];
    if (it.is === 'lock' && it.holder !== null) tasks = [it.holder];
    else if (it.awaits) tasks = [...it.awaits];
    else if (it.task !== null) tasks = [it.task];
    found.push({ wait, object: waiting.object, line: waiting.line, it, tasks });
  }
  return found;
}

// A circle of waits: the tasks, each with the object through which it waits for the next; none if there is none.
function circleOf(run, state) {
  const done = new Set();
  for (const start of state.tasks.keys()) {
    const path = [], places = new Map();
    const stack = [[start, null]];
    // Depth first with a path of its own, since a chain may be longer than the stack of calls.
    while (stack.length) {
      const [task, through] = stack.pop();
      if (task === undefined) {
        places.delete(path.pop().task);
        continue;
      }
      if (through) path.at(-1).through = through;
      if (places.has(task)) return path.slice(places.get(task));
      if (done.has(task)) continue;
      done.add(task);
      places.set(task, path.length);
      path.push({ task, through: null });
      stack.push([undefined, null]);
      for (const wait of waitsOf(run, state, task)) for (const next of wait.tasks) stack.push([next, wait]);
    }
  }
  return null;
}

function stallCard(view, board) {
  const { run, after } = view, circle = circleOf(run, after);
  const card = make('div.card.stalled', make('h3', circle ? 'They wait for each other' : 'Why nobody can go on'));
  if (circle && circle.length <= LARGEST) card.append(ring(view, circle));
  // Who waits for others that are told of here comes behind them.
  const waitsOnSomebody = (task) => waitsOf(run, after, task).some(({ tasks }) => tasks.length);
  const inCircle = new Set(circle?.map(({ task }) => task));
  const rows = [...after.tasks.keys()].filter((task) => after.tasks.get(task) === 'parked' && (circle?.length > LARGEST || !inCircle.has(task)))
    .sort((a, b) => waitsOnSomebody(a) - waitsOnSomebody(b)).flatMap((task) => because(view, board, task));
  card.append(...rows.slice(0, CHIPS));
  if (rows.length > CHIPS) card.append(board.more(rows.length - CHIPS));
  return card;
}

// What a task waits for, and who could end it.
function because(view, board, task) {
  const { run, after } = view, waits = waitsOf(run, after, task);
  const who = () => board.chip(task, { place: `why ${task}`, kind: 'small' });
  if (!waits.length) return [make('div.because', who(), make('span', 'waits for nothing that the trace knows of'))];
  return waits.map(({ object, it, tasks }) => make('div.because', who(), make('span', 'waits for'), ...phrase(run, [{ object }]),
    make('span', whoEnds(it, tasks)), ...tasks.slice(0, 6).map((each) => board.chip(each, { place: `ends ${task} ${each}`, kind: 'letters' })),
    tasks.length > 6 && board.more(tasks.length - 6)));
}

function whoEnds(it, tasks) {
  if (it.is === 'lock' && tasks.length) return 'which is held by';
  if (tasks.length) return tasks.length === 1 ? 'which awaits the end of' : 'which awaits the ends of';
  const ends = { event: 'sets it', condition: 'notifies', semaphore: 'gives a permit', queue: 'puts or takes an item', barrier: 'arrives' };
  return `and nobody is left who ${ends[it.is] ?? 'could end that'}`;
}

// The circle as a ring: tasks and objects in turn, with what leads from one to the next. A large one has no room for words.
function ring({ run }, circle) {
  const large = circle.length > 3, width = 340, height = large ? 330 : circle.length > 2 ? 290 : 218, places = circle.length * 2;
  const angle = (place) => -Math.PI / 2 + (place * 2 * Math.PI) / places;
  const at = (place, more = 0) => [width / 2 + (width / 2 - 62 + more) * Math.cos(angle(place)), height / 2 + (height / 2 - 42 + more / 2) * Math.sin(angle(place))];
  const drawing = draw('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': run.plain(inWords(circle)) });
  for (let place = 0; place < places; place += 1) {
    const points = Array.from({ length: 9 }, (_, part) => at(place + .26 + (part * .46) / 8)), [x, y] = at(place + .5, 38);
    const through = circle[place >> 1].through.it.is === 'lock' ? 'is held by' : 'awaits';
    drawing.append(draw('path', { class: 'edge', d: `M${points.join('L')}` }), arrowHead(points.at(-2), points.at(-1), 11));
    if (!large) drawing.append(draw('text', { class: 'says', x, y: y + 4 }, place % 2 ? through : 'waits for'));
  }
  circle.forEach(({ task, through: { object } }, number) => {
    const [x, y] = at(number * 2), [left, top] = at(number * 2 + 1), called = run.trace.objects.get(object)?.name;
    const name = brief(large && called ? printable(called) : run.objectName(object), large ? 10 : 18), half = Math.max(24, name.length * 4.4 + 8);
    drawing.append(
      draw('circle', { class: 'who', cx: x, cy: y, r: 19, '--c': colourOf(run, task) }),
      draw('text', { class: 'letters', x, y: y + 5 }, run.letters.get(task) ?? '?'),
      draw('text', nameBeside(x, y, angle(number * 2), large), brief(run.taskName(task), 16)),
      draw('rect', { class: 'what', x: left - half, y: top - 15, width: half * 2, height: 30, rx: 8 }),
      draw('text', { x: left, y: top + 5 }, name));
  });
  return drawing;
}

// Where the name of a task stands: over the first and under the last, and else where a large ring has room.
function nameBeside(x, y, angle, large) {
  const right = Math.cos(angle), low = Math.sin(angle) > .3;
  if (!large || Math.abs(right) < .2) return { x, y: y + (Math.sin(angle) > -.9 ? 36 : -26) };
  const toRight = right > 0 === (low && Math.abs(right) < .75);
  return { x: x + (toRight ? 25 : -25), y: y + 5, style: `text-anchor: ${toRight ? 'start' : 'end'}` };
}

function inWords(circle) {
  return circle.flatMap(({ task, through }, number) => [number ? ', ' : '', { task }, ' waits for ', { object: through.object },
    through.it.is === 'lock' ? ', which is held by ' : ', which awaits ', { task: circle[(number + 1) % circle.length].task }]);
}
