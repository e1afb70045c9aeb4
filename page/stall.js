'use strict';
// Why nobody can go on: a circle of tasks that wait for each other, drawn as a ring, or who waits for what, and who could
// end that.

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
  const card = make('div.card.stalled', {}, make('h3', {}, circle ? 'They wait for each other' : 'Why nobody can go on'));
  if (circle && circle.length <= 6) card.append(ring(view, circle));
  const inCircle = new Set(circle?.map(({ task }) => task));
  const rows = [...after.tasks.keys()].filter((task) => after.tasks.get(task) === 'parked' && (circle?.length > 6 || !inCircle.has(task)))
    .flatMap((task) => because(view, board, task));
  card.append(...rows.slice(0, CHIPS));
  if (rows.length > CHIPS) card.append(board.more(rows.length - CHIPS));
  return card;
}

// What a task waits for, and who could end it.
function because(view, board, task) {
  const { run, after, names } = view, waits = waitsOf(run, after, task);
  const who = () => board.chip(task, { place: `why ${task}`, kind: 'small' });
  if (!waits.length) return [make('div.because', {}, who(), make('span', {}, 'waits for nothing that the trace knows of'))];
  return waits.map(({ object, it, tasks }) => make('div.because', {}, who(), make('span', {}, 'waits for'), ...phrase(names, [{ object }]),
    make('span', {}, whoEnds(it, tasks)), ...tasks.slice(0, 6).map((each) => board.chip(each, { place: `ends ${task} ${each}`, kind: 'letters' })),
    tasks.length > 6 && board.more(tasks.length - 6)));
}

function whoEnds(it, tasks) {
  if (it.is === 'lock' && tasks.length) return 'which is held by';
  if (tasks.length) return tasks.length === 1 ? 'which awaits the end of' : 'which awaits the ends of';
  const ends = { event: 'sets it', condition: 'notifies', semaphore: 'gives a permit', queue: 'puts or takes an item', barrier: 'arrives' };
  return `and nobody is left who ${ends[it.is] ?? 'could end that'}`;
}

// The circle as a ring: tasks and objects in turn, with what leads from one to the next.
function ring(view, circle) {
  const { names } = view, places = circle.length * 2, width = 340, height = circle.length > 3 ? 340 : circle.length > 2 ? 290 : 218;
  const [middleX, middleY, radiusX, radiusY] = [width / 2, height / 2, width / 2 - 64, height / 2 - 42];
  const angle = (place) => -Math.PI / 2 + (place * 2 * Math.PI) / places;
  const at = (place) => [middleX + radiusX * Math.cos(angle(place)), middleY + radiusY * Math.sin(angle(place))];
  const drawing = draw('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': view.sentences.plain(inWords(circle)) });
  for (let place = 0; place < places; place += 1) {
    const points = Array.from({ length: 9 }, (_, part) => at(place + .26 + (part * .46) / 8));
    const [x, y] = at(place + .5), out = [Math.cos(angle(place + .5)), Math.sin(angle(place + .5))];
    const awaits = circle[Math.floor(place / 2)].through.it.is !== 'lock';
    drawing.append(draw('path', { class: 'edge', d: `M${points.map((point) => point.map((value) => value.toFixed(1))).join('L')}` }),
      arrowHead(points.at(-2), points.at(-1), 11, 'edgehead'),
      draw('text', { class: 'says', x: x + out[0] * 38, y: y + out[1] * 16 + 4 }, place % 2 ? (awaits ? 'awaits' : 'is held by') : 'waits for'));
  }
  circle.forEach(({ task, through }, number) => {
    const [x, y] = at(number * 2), [left, top] = at(number * 2 + 1), name = brief(names.object(through.object), 18);
    const half = Math.max(38, name.length * 4.4 + 9), below = y > middleY + 4;
    drawing.append(
      draw('circle', { class: 'who', cx: x, cy: y, r: 20, '--c': colourOf(names, task) }),
      draw('text', { class: 'letters', x, y: y + 5 }, names.letters.get(task) ?? '?'),
      draw('text', { x, y: y + (below ? 38 : -27) }, brief(names.task(task), 18)),
      draw('rect', { class: 'what', x: left - half, y: top - 16, width: half * 2, height: 32, rx: 8 }),
      draw('text', { x: left, y: top + 5 }, name));
  });
  return drawing;
}

function inWords(circle) {
  return circle.flatMap(({ task, through }, number) => [number ? ', ' : '', { task }, ' waits for ', { object: through.object },
    through.it.is === 'lock' ? ', which is held by ' : ', which awaits ', { task: circle[(number + 1) % circle.length].task }]);
}
