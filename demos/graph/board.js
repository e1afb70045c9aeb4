// One moment: who waits for what, behind whom, and who has it.

// A task, in its colour.
class Tasks {
  // Of each its number in the order of spawning, and its name. In another way another task may have that number.
  constructor(tasks) {
    this.numbers = tasks.map(([number]) => number);
    this.names = tasks.map(([, name]) => name);
    const { names } = this;
    const initials = names.map((name) => Array.from(name)[0]?.toUpperCase() ?? '?');
    this.letters = names.map((name, at) =>
      initials.indexOf(initials[at]) === at ? initials[at] : initials[at] + (Array.from(name)[1] ?? '')
    );
  }

  // The last colour is grey, which is main's.
  colour(task) {
    const number = this.numbers[task];
    const [light, dark] = COLOURS.at(number ? (number - 1) % (COLOURS.length - 1) : -1);
    return `light-dark(${light}, ${dark})`;
  }

  chip(task, note, kind = 'span', attributes = {}) {
    return make(
      `${kind}.chip`,
      { '--c': this.colour(task), 'data-task': task, ...attributes },
      make('span.badge', { 'aria-hidden': 'true' }, this.letters[task]),
      make('span.name', this.names[task]),
      note && make('small', note)
    );
  }

  // Whoever has something: a task, or words for somebody else.
  holder(who) {
    return typeof who === 'number' ? this.chip(who) : typeof who === 'string' ? who : this.chip(who[0]);
  }
}

// The cards of a board.
function cardsOf(board, tasks) {
  const cards = board.things.map((thing) => cardOf(thing, tasks));
  if (board.sleeping.length)
    cards.push(
      make(
        'div.card.thing',
        make('div.title', make('b', 'clock'), 'who sleeps, first the next'),
        rowOf(
          'until',
          board.sleeping.map(([task, until]) => tasks.chip(task, until))
        )
      )
    );
  if (board.elsewhere.length)
    cards.push(
      make(
        'div.card.thing',
        make('div.title', make('b', 'elsewhere'), 'what greenlight does not know'),
        rowOf(
          'waiting',
          board.elsewhere.map((task) => tasks.chip(task))
        )
      )
    );
  return cards;
}

function cardOf([kind, name, state, holders, granted, line], tasks) {
  const ends = holders.some((who) => Array.isArray(who)),
    title = name || { task: 'the end of a task' }[kind] || kind;
  return make(
    'div.card.thing',
    { 'data-thing': `${kind} ${name}`.trim() },
    make('div.title', make('b', title), name && make('span', kind), state && make('span.flag', state)),
    holders.length > 0 &&
      !ends &&
      rowOf(
        'held by',
        holders.map((who) => tasks.holder(who))
      ),
    granted.length > 0 &&
      rowOf(
        'granted',
        granted.map((task) => tasks.chip(task))
      ),
    line.length > 0 &&
      rowOf(
        line.length === 1 ? 'waiting' : 'in line',
        line.map((task) => tasks.chip(task))
      ),
    ends &&
      rowOf(
        'for',
        holders.map((who) => tasks.holder(who))
      )
  );
}

function rowOf(label, chips) {
  return make('div.row', make('span.label', label), make('div.chips', chips));
}
