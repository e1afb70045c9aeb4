// Puts each event into words: the sentence over the board, the quiet line that says what it means, the pill on the
// arrow. Words are lists of parts, strings and references to tasks and objects, so that the page can colour them and a
// test can read them. Nothing here touches the page.

// Characters that change how a line is shown, or where it ends.
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

// Text from outside in the form in which it is shown: on one line, in the order of reading.
function printable(text) {
  return String(text).replace(UNPRINTABLE, (c) => `\\u{${c.codePointAt(0).toString(16)}}`);
}

// A line of source or of output: tabs are what they are there.
function printableLine(text) {
  return printable(text.replaceAll('\t', '    '));
}

// Shortens what would fill the page; the whole is in the title of the chip.
function brief(text, most = 40) {
  const characters = Array.from(text);
  return characters.length <= most ? text : characters.slice(0, most - 1).join('') + '…';
}

// A span of time for people.
function duration(told) {
  const micros = +told || 0;
  const round = (value) => +value.toPrecision(6);
  const seconds = micros / 1e6;
  if (!micros || (micros >= 1e6 && seconds < 60)) return `${round(seconds)} s`;
  if (micros < 1000) return `${round(micros)} µs`;
  if (seconds < 1) return `${round(micros / 1000)} ms`;
  const parts = [
    [Math.floor(seconds / 3600), 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's']
  ];
  return parts
    .filter(([value]) => value)
    .map(([value, unit]) => `${round(value)} ${unit}`)
    .join(' ');
}

// `one task`, `3 tasks`, `no tasks`.
function count(number, what, several = what + 's') {
  return number === 1 ? `one ${what}` : `${number || 'no'} ${several}`;
}

function baseName(file) {
  return file.split(/[/\\]/).pop();
}

// The letters on a chip, which no other has.
function letters(name, number, taken) {
  const characters = Array.from(name.replace(/[^\p{L}\p{N}]/gu, ''));
  const first = (characters[0] ?? '?').toUpperCase(),
    digits = /(\d{1,3})\)?$/.exec(name)?.[1];
  const tries = [first];
  if (digits && characters.length > digits.length) tries.unshift(first + digits);
  for (const next of characters.slice(1, 12)) tries.push(first + next);
  tries.push(String(number), `${first}${number}`, `#${number}`);
  const free = tries.find((each) => !taken.has(each)) ?? `#${number}`;
  taken.add(free);
  return free;
}

const HUES = 10;

// The place in the palette that the name asks for, or the next that is free: it stays from run to run.
function hue(name, used) {
  if (name === 'main') return HUES;
  let hash = 2166136261;
  for (let at = 0; at < name.length; at += 1) hash = Math.imul(hash ^ name.charCodeAt(at), 16777619) >>> 0;
  if (used.size === HUES) return hash % HUES;
  let place = hash % HUES;
  while (used.has(place)) place = (place + 1) % HUES;
  used.add(place);
  return place;
}

const task = (number) => ({ task: number });
const object = (number) => ({ object: number });

// What each event says. In a text, @1 is the task that the row names second, #2 the object that it names third, and so
// on. What has more to say is a function, and may give parts.
const HEADS = new Map(
  Object.entries({
    spawn: (row, step, run) => (run.doer(step) ? [run.doer(step), ' spawns ', '@1'] : '@1 begins'),
    wake: (row, step, run) => (run.wakesItself(step) ? '@1 wakes itself' : [...run.waker(step), ' → ', '@1', ' wakes']),
    again: (row, step, run) =>
      run.wakesItself(step) ? '@1 wakes itself once more' : [...run.waker(step), ' → ', '@1', ', once more'],
    stale: 'A wake comes for @1, which is over',
    poll: '@1 runs',
    pending: '@1 parks',
    ready: '@1 comes to its end',
    panics: (row) => ['@1', ` panics: ${quote(row[2])}`],
    defer: '@1 is deferred',
    yield: '@1 lets others run first',
    cancel: (row, step, run) => (run.doer(step) ? [run.doer(step), ' cancels ', '@1'] : '@1 is to be cancelled'),
    drop: '@1 is dropped',
    returned: '@1 has returned',
    cancelled: '@1 is cancelled',
    panicked: '@1 has panicked',
    held: 'Somebody keeps a waker of @1',
    letgo: 'Nobody keeps a waker of @1 any more',

    turn: (row, step, run) => `Turn ${run.trace.turn[step]} begins`,
    jump: (row, step, run) => `Time jumps to ${duration(run.trace.time[step])}`,
    park: (row) => (row[1] == null ? 'The thread sleeps' : `The thread sleeps for ${duration(row[1])} at most`),
    unpark: 'The thread goes on',
    arrive: 'A wake or a task arrives from another thread',
    stall: 'Nobody can ever run again: a stall',

    wait: (row, step, run) => `@1 ${run.isLine(step) ? 'gets in line at' : 'waits for'} #3`,
    grant: (row, step, run) => {
      const number = run.objectAt(step),
        verb = GRANTS[run.kindOf(number)];
      return [object(number), verb ? ` ${verb} ` : ' lets ', task(run.taskAt(step)), verb ? '' : ' go on'];
    },
    move: (row, step, run) => [
      ...(row[2] == null ? ['Nobody'] : [task(row[2])]),
      ' polls ',
      ...waitedFor(run, step),
      ' from here on'
    ],
    waited: (row, step, run) => [
      task(run.taskAt(step)),
      run.isLine(step) ? ' is through at ' : ' goes on after ',
      ...waitedFor(run, step)
    ],
    leave: (row, step, run) => [
      task(run.taskAt(step)),
      run.isLine(step) ? ' leaves the line at ' : ' waits no more for ',
      ...waitedFor(run, step)
    ],
    arm: (row) => `@1 ${ARMS[row[5]] ?? 'sleeps for'} ${duration(row[3])}`,
    fire: (row, step, run) => ['The timer of ', task(run.taskAt(step)), ' is due'],
    disarm: (row, step, run) => ['The timer of ', task(run.taskAt(step)), ' is no longer needed'],
    timedout: 'The time of @1 is up',

    made: 'First use of #1',
    gone: '#1 is gone',
    set: '@1 sets #2',
    pulse: '@1 pulses #2',
    clear: '@1 clears #2',
    isset: (row) => `@1 finds #2 ${row[4] ? 'set' : 'not set'}`,
    take: '@1 takes #2',
    release: '@1 releases #2',
    notify: (row) => `@1 notifies ${asked(row)} at #2`,
    ask: (row) => `@1 looks at #2: what it waits for is ${row[4] ? 'true' : 'false'}`,
    acquire: (row) => `@1 takes ${count(row[4] ?? 1, 'permit')} of #2`,
    give: (row) => `@1 gives ${count(row[4] ?? 1, 'permit')} to #2`,
    put: '@1 puts an item into #2',
    get: '@1 takes an item from #2',
    done: '@1 is done with an item of #2',
    close: '@1 closes #2',
    come: '@1 arrives at #2',
    go: '@1 leaves #2',
    reset: '@1 resets #2',
    abort: '@1 aborts #2',
    await: '#2 awaits the end of @1',
    told(row, step, run) {
      const ended = run.taskAt(run.trace.cause[step]);
      return ended === null ? '#1 hears of an end' : ['#1', ' hears of the end of ', task(ended)];
    },
    lost: '@1 drops #2',
    refused: '@1 is refused #2',
    ended: (row) => ['@1', ` finds that ${brief(printable(row[3] ?? 'a task'), 80)} is over`],
    does: (row) => ['@1', ` ${printable(row[4] ?? 'uses')} `, '#2'],
    print: (row, step, run) => [run.doer(step) ?? '@1', ` says ${quote(row[2])}`],
    mark: (row, step, run) => [run.doer(step) ?? '@1', ` marks: ${quote(row[3])}`]
  })
);

// What stands on the arrow from who acts, where that is not the word of the row.
const PILLS = {
  notify: (row) => `notify ${asked(row)}`,
  acquire: (row) => `take ${row[4] ?? 1}`,
  give: (row) => `give ${row[4] ?? 1}`,
  come: () => 'arrive',
  go: () => 'go on',
  ask: (row) => (row[4] ? 'true' : 'false'),
  isset: () => 'is set?',
  lost: () => 'drop',
  does: (row) => brief(printable(row[4] ?? 'uses'), 12),
  await: () => null
};

const ARMS = {
  __proto__: null,
  timeout: 'sets a limit of',
  deadline: 'has a deadline in',
  tick: 'waits for its tick, for'
};

const GRANTS = {
  __proto__: null,
  condition: 'notifies',
  lock: 'goes to',
  semaphore: 'has permits for',
  barrier: 'opens for'
};

const asked = (row) => (row[4] == null ? 'all' : row[4] === 1 ? 'one' : row[4]);

const quote = (text) => `“${brief(printable(text ?? ''), 120)}”`;

function waitedFor(run, step) {
  const number = run.objectAt(step);
  return number === null ? ['its timer'] : [object(number)];
}

const BACK_OF_QUEUE = 'the back of the ready queue.';

// The quiet line: what the event means. As HEADS, but that functions are given the states around the event, too.
const MEANINGS = new Map(
  Object.entries({
    spawn: (row, after, before, step, run) => `@1 goes to ${BACK_OF_QUEUE}${run.runsNext(row[1], step)}`,
    wake: meaningOfWake,
    again: 'It keeps its place in the ready queue: nobody is in it twice.',
    stale: 'It finds nobody, and does nothing.',
    poll: meaningOfPoll,
    pending([, task], after, before, step, run) {
      const waits = run.waitsFor(after, task),
        returned = 'Its poll returned Pending';
      if (after.tasks.get(task) === 'ready')
        return `${returned}, but it has been woken meanwhile: it is ready.`;
      if (!waits.length) return `${returned}. Nobody polls it again until something wakes it.`;
      return [`${returned}: it waits for `, ...waits, ', and nobody polls it until something wakes it.'];
    },
    ready: 'Its poll returned Ready.',
    panics: 'The panic ends this task, and no other.',
    defer: 'Others run first.',
    yield: `It wakes itself, and goes to ${BACK_OF_QUEUE}`,
    cancel: (row, after, before) =>
      ({ parked: `It goes to ${BACK_OF_QUEUE}`, running: 'It takes effect after its poll.' })[
        before.tasks.get(row[1])
      ] ?? 'It keeps its place, and is dropped instead of polled.',
    drop: (row, after, before) =>
      `${before.dying.has(row[1]) ? 'It was cancelled' : 'The run is over'}: its future goes, with all that it holds.`,
    returned: meaningOfEnd,
    cancelled: meaningOfEnd,
    panicked: meaningOfEnd,

    turn(row, after) {
      const batch = [...after.ready].slice(0, row[1]),
        more = batch.length > 8 ? ` and ${batch.length - 8} more` : '';
      if (!batch.length) return 'Nobody is ready.';
      return [
        batch.length === 1 ? 'It has one task: ' : 'It has, in this order: ',
        ...listed(batch.slice(0, 8)),
        `${more}. Who is woken meanwhile runs in the next turn.`
      ];
    },
    jump: 'The next timer is due then.',
    park: 'Nobody is ready: a timer or another thread ends that.',
    stall: 'Nobody is ready, no timer is armed, and no thread can send a wake.',

    wait([, number, wait, at, , asks], after) {
      const holder = after.objects.get(at)?.holder;
      return [
        placeIn(after, at, wait),
        asks > 1 ? ` It asks for ${asks}.` : '',
        ...(holder == null ? [] : [' ', task(holder), holder === number ? ' holds it: itself!' : ' holds it.'])
      ];
    },
    grant: (row, after, before, step, run) => [
      run.isLine(step) ? 'It has left the line, and does not know yet.' : 'It does not know yet.',
      run.kindOf(run.objectAt(step)) === 'condition' ? ' It still has to get the lock.' : ''
    ],
    move: 'The future has gone to another task, with its place in line.',
    waited: 'It finds what it was granted.',
    leave: 'It was dropped before it got anything.',
    arm: (row, after) => `Its timer is due at ${duration(after.timers.get(row[2]) ?? 0)}.`,
    fire: 'It was armed for this moment.',
    disarm: (row, after, before) =>
      before.waits.get(row[1])?.purpose === 'timeout'
        ? 'What it limited came earlier, or was dropped.'
        : 'Its time has not come.',
    timedout: 'What it limited was not ready in time, and is dropped.',

    set: (row) => `${released(row[4])} It stays set: who comes later does not wait.`,
    pulse: (row) => `${released(row[4])} It stays unset.`,
    clear: 'Who comes now waits until it is set.',
    isset: (row) => (row[4] ? 'So it does not wait.' : ''),
    take(row, after) {
      const line = after.objects.get(row[2])?.line.size ?? 0;
      return line ? `${count(line, 'task waits', 'tasks wait')} for it.` : 'Nobody else waits for it.';
    },
    release(row, after, before) {
      const first = firstInLine(before, row[2]);
      return first === null ? 'Nobody waits for it: it is free.' : ['It goes to the first in line, ', task(first), '.'];
    },
    notify([, , number, , , reached], after, before) {
      const line = before.objects.get(number)?.line.size ?? 0;
      if (!line) return 'Nobody waits there: it has no effect.';
      if (reached === line) return `${everybody(line)} there ${line === 1 ? 'is' : 'are'} woken.`;
      if (reached !== 1) return `It reaches the first ${reached} of ${line} in line.`;
      return [
        'It reaches the first in line, ',
        task(firstInLine(before, number)),
        line === 2 ? '. The other stays there.' : `. The other ${line - 1} stay there.`
      ];
    },
    ask: (row) =>
      row[4]
        ? 'So it goes on, with the lock.'
        : row[5]
          ? 'It was woken in vain, and waits again.'
          : 'So it waits, and lets go of the lock.',
    acquire: meaningOfPermits,
    give: meaningOfPermits,
    put: meaningOfItems,
    get: meaningOfItems,
    done: (row) => (row[4] ? `${row[4]} that were put are not done.` : 'All that were put are done.'),
    close: 'Nothing can be put into it any more.',
    come(row, after) {
      const { inside, parties } = after.objects.get(row[2]);
      if (parties !== null && inside >= parties) return `All ${parties} are there: it opens.`;
      return `${inside}${parties === null ? '' : ` of ${parties}`} are there.`;
    },
    go: (row) => (row[4] ? `${row[4]} are left to go.` : 'Everybody has gone on.'),
    await: 'It is done when all of these are.',
    told: 'It looks whether it has all that it awaits.',
    lost: (row) =>
      `With ${count(row[4] ?? 0, 'task')} that nobody joins, and ${count(row[5] ?? 0, 'error')} that nobody hears of.`
  })
);

const listed = (tasks) => tasks.flatMap((number, at) => [at ? ', ' : '', task(number)]);

const everybody = (number) =>
  number === 1 ? 'The one who waits' : `${number === 2 ? 'Both' : `All ${number}`} who wait`;

const released = (number) =>
  number ? `${everybody(number)} ${number === 1 ? 'goes' : 'go'} on.` : 'Nobody waits for it.';

function meaningOfWake([, number], after, before, step, run) {
  if (before.tasks.get(number) === 'running')
    return `It is being polled just now, and goes at once to ${BACK_OF_QUEUE}${run.runsNext(number, step)}`;
  const left = placeLeft(run, step);
  const place = left?.object,
    inLine = isLine(run.kindOf(place));
  const from =
    left === null
      ? []
      : place === null
        ? ['from the clock ']
        : [inLine ? 'from the line of ' : 'from its wait for ', object(place), ' '];
  return [
    task(number),
    left === null ? ' goes ' : ' moves ',
    ...from,
    `to ${BACK_OF_QUEUE}${run.runsNext(number, step)}`
  ];
}

function meaningOfPoll([, number], after, before, step, run) {
  // As an executor does that somebody else wrote, or a check that polls by hand.
  if (!before.ready.has(number)) return 'Nobody woke it: it is polled unasked.';
  if (run.tasks.get(number)?.polls[0] === step)
    return 'It runs for the first time, up to the first await that has to wait.';
  const line = run.lineName(run.parkedAt(number, step)),
    [first] = before.ready;
  return [
    first === number ? 'It was first in the ready queue.' : 'It leaves the ready queue.',
    line ? ` It goes on where it parked, at ${line}.` : ''
  ];
}

function meaningOfEnd(row, after, before, step, run) {
  const [awaits] = before.awaited.get(row[1]) ?? [],
    left = after.objects.get(awaits)?.awaits?.size;
  if (left) return ['It is over. ', object(awaits), ` still awaits ${count(left, 'other')}.`];
  return awaits !== undefined || run.effectOf(step)
    ? 'It is over, and who waits for that hears of it.'
    : 'It is over. Nobody waits for that.';
}

function meaningOfPermits(row, after, before) {
  const it = after.objects.get(row[2]),
    free = it ? freePermits(after, it) : 0;
  const first = row[0] === 'give' ? firstInLine(before, row[2]) : null;
  return [
    `${free === 0 ? 'None is' : free === 1 ? 'One is' : `${free} are`} free.`,
    ...(first === null ? [] : [' ', task(first), ' is first in line.'])
  ];
}

function meaningOfItems(row, after) {
  const { len, capacity } = after.objects.get(row[2]);
  const room = capacity !== null && len >= capacity ? ': it is full' : '';
  return `There ${len === 1 ? 'is one item' : `are ${len || 'no'} items`} in it${room}.`;
}

// A run in words: what its tasks and objects are called, and what each event says.
class Story extends Run {
  constructor(text) {
    super(text);
    this.letters = new Map();
    this.hues = new Map();
    const taken = new Set(),
      used = new Set(),
      alike = (this.alike = new Map());
    for (const task of [...new Set([...this.trace.tasks.keys(), ...this.tasks.keys()])].sort((a, b) => a - b)) {
      this.letters.set(task, letters(this.taskName(task), task, taken));
      this.hues.set(task, hue(this.taskName(task), used));
    }
    for (const { is, name } of this.trace.objects.values())
      alike.set(`${is} ${name}`, (alike.get(`${is} ${name}`) ?? 0) + 1);
    this.findings = findingsOf(this);
    this.stall = this.findings.findLast(({ kind }) => kind === 'stall')?.step;
  }

  taskName(task) {
    return task == null ? 'nobody' : printable(this.trace.tasks.get(task)?.name ?? `task ${task}`);
  }

  // The kind and the name, and the number where two are alike.
  objectName(object) {
    if (this.endsOf.has(object)) return `the end of ${this.taskName(this.endsOf.get(object))}`;
    const { is, name } = this.trace.objects.get(object) ?? { is: 'object', name: null };
    if (is === name) return is;
    const number = this.alike.get(`${is} ${name}`) === 1 ? '' : name === null ? ` ${object}` : ` (${object})`;
    return printable(`${is}${name === null ? '' : ` ${name}`}${number}`);
  }

  // `club.rs:37`; nothing if it is not known.
  lineName(line) {
    const at = this.trace.lines.get(line);
    return at && printable(`${baseName(at.file)}:${at.row}`);
  }

  // The sentence, in parts; it needs no state.
  head(step) {
    const row = this.trace.rows[step],
      head = HEADS.get(row?.[0]);
    if (!row) {
      const counts = [
        count(this.count, 'event'),
        count(this.tasks.size, 'task'),
        count(this.findings.length, 'finding')
      ];
      return [`${printable(this.trace.head.program ?? 'A run')}: ${counts.join(', ')}`];
    }
    return head
      ? this.parts(typeof head === 'function' ? head(row, step, this) : head, row)
      : [printable(JSON.stringify(row))];
  }

  // Replaces what stands for tasks and objects of the row. A list may hold text of the program: there only an element
  // that is nothing else is replaced.
  parts(said, row) {
    const known = (part) => {
      if (!/^[@#]\d$/.test(part)) return part;
      const number = row[part[1]];
      return part[0] === '#' ? object(number) : number == null ? 'Somebody outside' : task(number);
    };
    return (Array.isArray(said) ? said : said.split(/([@#]\d)/)).map(known).filter((part) => part !== '');
  }

  // Who brought the event about, a task or an object that was told of an end; nothing if nobody is known.
  doer(step) {
    const actor = this.actorAt(step),
      [word, number] = this.trace.rows[this.trace.cause[step]] ?? [];
    return actor !== null ? task(actor) : word === 'told' ? object(number) : undefined;
  }

  wakesItself(step) {
    return !this.trace.via[step] && this.actorAt(step) === this.trace.rows[step][1];
  }

  // Who or what wakes, without whom.
  waker(step) {
    const act = this.causeOf(step),
      [word, number] = this.trace.rows[act] ?? [];
    return word === 'poll' || word === 'drop' ? [task(number)] : word ? this.head(act) : ['Somebody outside'];
  }

  // Whether the object of the event has a line in which tasks stand, and is not the end of something.
  isLine(step) {
    return isLine(this.kindOf(this.objectAt(step)));
  }

  // What stands on the arrow from the task that acts; nothing if the row is no act.
  pill(step) {
    const row = this.trace.rows[step],
      word = row?.[0];
    if (word !== 'wait' && !ABOUT_OBJECT.has(word)) return null;
    return word in PILLS ? PILLS[word](row) : word;
  }

  text(step) {
    return this.plain(this.head(step));
  }

  plain(parts) {
    return parts.map((part) => (typeof part === 'string' ? part : brief(this.nameOf(part)))).join('');
  }

  nameOf({ task, object }) {
    return object === undefined ? this.taskName(task) : this.objectName(object);
  }

  // The quiet line; `before` and `after` are the states around the event.
  why(step, before, after) {
    const row = this.trace.rows[step],
      why = MEANINGS.get(row?.[0]) ?? '',
      end =
        step === this.count &&
        !after.tasks.size &&
        (this.stall ? ` The run ended in a stall, see step ${this.stall}.` : ' All tasks have ended.'),
      { head, cut } = this.trace;
    if (!row) {
      const dropped = head.dropped ? `${head.dropped} events before the first are not here. ` : '';
      return [dropped, cut ? 'Its last line is cut off. ' : '', '→ goes on by one event, ? tells of all keys.'];
    }
    return [...this.parts(typeof why === 'function' ? why(row, after, before, step, this) : why, row), end || ''];
  }

  // In which turn the task runs next, as it turns out.
  runsNext(task, step) {
    const polls = this.tasks.get(task)?.polls ?? [],
      next = polls[lastAtMost(polls, step) + 1];
    if (!next) return '';
    if (this.trace.rows[next][0] === 'drop') return ' It is dropped without running again.';
    const turn = this.trace.turn[next],
      turns = turn - this.trace.turn[step];
    return ` It runs in ${turns === 0 ? 'this turn' : turns === 1 ? 'the next turn' : `turn ${turn}`}.`;
  }

  // What the task waits for; nothing if the trace tells of nothing.
  waitsFor(state, task) {
    const waits = [...state.waits.values()].filter((wait) => wait.task === task),
      timers = waits.filter((wait) => wait.object === null).length;
    const parts = waits.flatMap((wait) => (wait.object === null ? [] : [' and ', object(wait.object)]));
    if (timers) parts.push(' and ', timers > 1 ? `${timers} timers` : 'its timer');
    return parts.slice(1);
  }

  // All sentences with their lines and steps, in small letters, for the search; made when somebody searches first.
  get sought() {
    return (this.texts ??= Array.from({ length: this.count + 1 }, (_, step) =>
      step ? `${this.text(step)} ${this.lineName(lineOf(this, step))} ${step}`.toLowerCase() : ''
    ));
  }

  // What makes two events of two runs the same: what happened, to whom and when; not in which line, or how long ago.
  signature(step) {
    return step > this.count ? null : `${this.trace.rows[step][0]} ${this.text(step)} ${this.trace.time[step]}`;
  }
}

// Where a wait stands in line.
function placeIn(state, object, wait) {
  const it = state.objects.get(object),
    line = [...(it?.line ?? [])],
    at = line.indexOf(wait) + 1;
  if (!at || !isLine(it.is)) return '';
  return line.length === 1 ? 'It is alone in line.' : `It is number ${at} of ${line.length} in line.`;
}

function firstInLine(state, number) {
  const [first] = state.objects.get(number)?.line ?? [];
  return first === undefined ? null : (state.waits.get(first)?.task ?? null);
}

// What a woken task has left: the wait that was granted by the same act, or the timer that fired.
function placeLeft(run, step) {
  const { rows, via, cause } = run.trace,
    woken = rows[step][1];
  for (let at = step - 1; at > 0 && at >= (via[step] || cause[step]); at -= 1) {
    const row = rows[at];
    if (row[0] !== 'grant' || via[at] !== via[step]) continue;
    if (run.taskAt(at) === woken) return { wait: row[1], object: run.waits.get(row[1])?.object ?? null };
  }
  const fired = rows[cause[step]];
  return fired?.[0] === 'fire' && run.taskAt(cause[step]) === woken ? { wait: fired[1], object: null } : null;
}
