// The card of the clock: the timers in the order in which they fire, and the wheel that they stand in.

function clockCard(view, board) {
  const { after, run, step } = view,
    { focus, page } = board;
  const deadlines = after.timers,
    timers = [...deadlines],
    waits = withGhost(inOrder(deadlines), focus.ghost, 'clock');
  const chips = board.some(waits, (wait) => {
    if (!deadlines.has(wait)) return board.chip(focus.ghost.task, GHOST);
    const { task, purpose } = after.waits.get(wait);
    const note = `${purpose === 'sleep' ? '' : `${purpose} `}${duration(deadlines.get(wait))}`;
    return task === null
      ? make('span.empty', `nobody polls it, ${note}`)
      : board.chip(task, { place: `wait ${wait}`, note });
  });
  const open = make(
    'button.open',
    {
      'aria-expanded': String(page.wheel),
      title: 'the slots of the timer wheel (w)',
      onclick: () => page.toggleWheel()
    },
    page.wheel ? 'close its wheel' : 'its wheel'
  );
  return make(
    `div.card.thing${focus.object === 'clock' ? '.touched' : ''}`,
    { 'data-object': 'clock' },
    make('div.title', make('b', 'clock'), make('span', count(timers.length, 'timer')), open),
    waits.length > 0 && make('div.row', make('span.label', 'due'), make('div.chips', chips)),
    page.wheel && wheel(view, timers, run.trace.time[step])
  );
}

const SLOTS = 64;

// A timer sits at the level of the highest digit in which its deadline differs from the position of the wheel.
function slotOf(deadline, position) {
  if (deadline <= position) return null;
  const digits = (number, level) => Math.floor(number / SLOTS ** level);
  let level = 0;
  // The bound is for deadlines that are no numbers.
  while (level < 10 && digits(deadline, level + 1) !== digits(position, level + 1)) level += 1;
  return [level, digits(deadline, level) % SLOTS];
}

function wheel(view, timers, now) {
  const full = new Map();
  for (const [wait, deadline] of timers) {
    const slot = slotOf(deadline, now);
    if (slot) full.set(slot.join(), view.after.waits.get(wait)?.task);
  }
  const used = [...full.keys()].map((key) => +key.split(',')[0]);
  const levels = [];
  for (let level = Math.max(3, ...used); level >= 0; level -= 1) {
    const span = SLOTS ** level,
      here = Math.floor(now / span) % SLOTS;
    const slots = Array.from({ length: SLOTS }, (_, slot) => {
      const task = full.get(`${level},${slot}`),
        isFull = full.has(`${level},${slot}`);
      return make(`i${isFull ? '.full' : ''}${slot === here ? '.here' : ''}`, {
        '--c': isFull && task != null ? colourOf(view.run, task) : null,
        title: `slot ${slot}${isFull ? `: ${view.run.taskName(task)}` : ''}`
      });
    });
    levels.push(make('span', `${duration(+span.toPrecision(2))} a slot`), make('div', slots));
  }
  return make('div.wheel', { role: 'img', 'aria-label': `The timer wheel: ${count(timers.length, 'timer')}` }, levels);
}
