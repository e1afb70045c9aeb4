// The sentences, without a page.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import vm from 'node:vm';
import { read, scripts } from './assemble.mjs';
import { SAMPLES, generator, names, sample } from './samples.mjs';

const { Story, HEADS, FOLD, COLOURS, circleOf, printable, duration, whyThere } = vm.runInNewContext(
  `${scripts(['fold.js', 'findings.js', 'words.js', 'elements.js', 'stall.js', 'dialogs.js'])}; ({ Story, HEADS, FOLD, COLOURS, circleOf, printable, duration, whyThere })`
);

const told = (story, step) => [
  story.text(step),
  story.plain(story.why(step, story.stateAt(step - 1), story.stateAt(step)))
];

test('every row of the schema has a sentence, and every sentence is of a row of the schema', () => {
  const rows = new Set(
    [...read('docs/TRACE.md').matchAll(/^\| *((?:`\["\w+".*?\]`,? *)+) *\|/gm)].flatMap(([, cell]) =>
      [...cell.matchAll(/\["(\w+)"/g)].map(([, word]) => word)
    )
  );
  assert.ok(rows.size > 50);
  assert.deepEqual([...HEADS.keys()].sort(), [...rows].sort());
  for (const word of FOLD.keys()) assert.ok(rows.has(word), word);
});

test('no sentence has a hole', () => {
  for (const name of names()) {
    const story = new Story(sample(name));
    for (let step = 1; step <= story.count; step += 1) {
      for (const text of told(story, step))
        assert.doesNotMatch(text, /undefined|null|NaN|nobody$|[@#]\d|object \d|\[object/, `${name} ${step}: ${text}`);
    }
  }
});

test('the club in words, as greenlight and as another executor tells it', () => {
  for (const name of ['demo club', 'club']) {
    const story = new Story(sample(name));
    const lines = Array.from({ length: story.count }, (_, at) => told(story, at + 1).join(' — '));
    const expected = [
      'main spawns Alice — Alice goes to the back of the ready queue. It runs in the next turn.',
      'Alice gets in line at condition club — It is alone in line.',
      'Bob gets in line at condition club — It is number 2 of 2 in line.',
      'bouncer sleeps for 2 s — Its timer is due at 2 s.',
      'Time jumps to 2 s — The next timer is due then.',
      'The timer of bouncer is due → bouncer wakes — bouncer moves from the clock to the back of the ready queue. ' +
        'It runs in the next turn.',
      'bouncer notifies one at condition club — It reaches the first in line, Alice. The other stays there.',
      'condition club notifies Alice — It has left the line, and does not know yet. It still has to get the lock.',
      'bouncer notifies one at condition club → Alice wakes — ' +
        'Alice moves from the line of condition club to the back of the ready queue. It runs in the next turn.',
      'bouncer has returned — It is over. gather still awaits 2 others.',
      'Nobody can ever run again: a stall — Nobody is ready, no timer is armed, and no thread can send a wake.'
    ];
    let from = 0;
    for (const line of expected) {
      const at = lines.indexOf(line, from);
      assert.ok(at >= 0, `${name}: ${line}`);
      from = at + 1;
    }
    assert.match(
      lines.join('\n'),
      /^bouncer runs — It was first in the ready queue\. It goes on where it parked, at club\.rs:\d+\.$/m
    );
  }
});

test('what a failing check of the workshop leaves is told, and who was polled though nobody had woken it', () => {
  for (const name of ['two_guests_and_one_place', 'nobody_rings']) {
    const story = new Story(read(`docs/workshop/kit/tests/${name}.jsonl`));
    const lines = Array.from({ length: story.count }, (_, at) => told(story, at + 1).join(' — '));
    for (const line of lines) assert.doesNotMatch(line, /undefined|null|NaN|[@#]\d|\[object/, `${name}: ${line}`);
    const unasked = lines.filter((line) => line.includes('Nobody woke it: it is polled unasked.'));
    assert.deepEqual(
      unasked.map((line) => line.split(' — ')[0]),
      name === 'nobody_rings' ? [] : ['bob runs']
    );
  }
});

test('what stands for the end of a task is called so', () => {
  const story = new Story(
    [
      { task: 0, name: 'main' },
      { task: 1, name: 'Alice' },
      { object: 1, is: 'task' },
      ['spawn', 0],
      ['spawn', 1],
      ['made', 1, { task: 1 }],
      ['poll', 0, 3],
      ['wait', 0, 1, 1, null],
      ['pending', 0],
      ['poll', 1, 5],
      ['returned', 1],
      ['grant', 1, 1],
      ['wake', 0, 2]
    ]
      .map((line) => JSON.stringify(line))
      .join('\n')
  );
  assert.deepEqual(
    [5, 9, 10].map((step) => story.text(step)),
    ['main waits for the end of Alice', 'the end of Alice lets main go on', 'Alice has returned → main wakes']
  );
});

test('a name has the same letters and colour in every run, and no other task has its letters', () => {
  const [one, other] = ['club', 'club-all'].map((name) => new Story(sample(name)));
  assert.deepEqual([...one.letters.values()], ['M', 'A', 'B', 'Bo']);
  assert.deepEqual([...one.letters], [...other.letters]);
  assert.deepEqual([...one.hues], [...other.hues]);
  assert.equal(new Set(one.hues.values()).size, 4);
  const many = new Story(
    Array.from({ length: 3000 }, (_, task) =>
      JSON.stringify(task % 2 ? ['spawn', task] : { task: task + 1, name: `w${task % 7}`.repeat(1 + (task % 3)) })
    ).join('\n')
  );
  assert.equal(new Set(many.letters.values()).size, many.letters.size);
});

test('text is as readable as it has to be: 4.5 to 1 on its ground, for every colour of a task, light and dark', () => {
  const light = (hex) => {
    const [r, g, b] = [1, 3, 5]
      .map((at) => parseInt(hex.slice(at, at + 2), 16) / 255)
      .map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (one, other) =>
    (Math.max(light(one), light(other)) + 0.05) / (Math.min(light(one), light(other)) + 0.05);
  for (const [onLight, onDark] of COLOURS) {
    assert.ok(contrast(onLight, '#ffffff') >= 4.5, onLight);
    assert.ok(contrast(onDark, '#1b222b') >= 4.5, onDark);
  }
  const full = (hex) => (hex.length === 4 ? `#${[...hex.slice(1)].map((c) => c + c).join('')}` : hex);
  const style = Object.fromEntries(
    [...read('page/style.css').matchAll(/--([\w-]+): light-dark\((#\w+), (#\w+)\)/g)].map(([, name, ...pair]) => [
      name,
      pair.map(full)
    ])
  );
  for (const [text, ground] of [
    ['ink', 'card'],
    ['dim', 'card'],
    ['dim', 'ground'],
    ['hot', 'card'],
    ['hot', 'tint'],
    ['bad', 'bad-tint'],
    ['good', 'card'],
    ['on-hot', 'hot']
  ]) {
    for (const at of [0, 1])
      assert.ok(
        contrast(style[text][at], style[ground][at]) >= 4.5,
        `${text} on ${ground}: ${contrast(style[text][at], style[ground][at])}`
      );
  }
});

test('what cannot be printed is escaped', () => {
  assert.equal(printable('red \x1b[31m\n\u2028\u202e\ud800'), 'red \\u{1b}[31m\\u{a}\\u{2028}\\u{202e}\\u{d800}');
  assert.equal(printable('Zoë, 門 👋'), 'Zoë, 門 👋');
});

test('spans of time for people', () => {
  assert.deepEqual([0, 1, 1500, 20_000, 1_500_000, 61_000_000, 3_600_000_000].map(duration), [
    '0 s',
    '1 µs',
    '1.5 ms',
    '20 ms',
    '1.5 s',
    '1 min 1 s',
    '1 h'
  ]);
});

test('a trace that is wrong in places is shown all the same', (t) => {
  const seed = Number(process.env.GREENLIGHT_SEED ?? Math.floor(Math.random() * 1e9)),
    random = generator(seed);
  t.diagnostic(`GREENLIGHT_SEED=${seed}`);
  const wrong = () => [null, random(6), 999, -1, 'x', { cause: random(9) }, {}, 1.5, []][random(9)];
  for (let number = 0; number < 60; number += 1) {
    const text = number % 2 ? SAMPLES.random({ seed: seed + number }).trace : sample(names()[number % names().length]);
    const lines = text
      .trim()
      .split('\n')
      .filter(() => random(60))
      .map((line) => {
        const row = JSON.parse(line);
        return JSON.stringify(
          Array.isArray(row) ? row.map((element, at) => (at && random(25) === 0 ? wrong() : element)) : row
        );
      });
    const story = new Story(lines.join('\n'));
    for (let step = 1; step <= story.count; step += 1) {
      const state = story.stateAt(step);
      told(story, step);
      circleOf(state);
      for (const task of state.tasks.keys()) whyThere({ run: story, after: state, step }, task);
    }
  }
});

test('a circle is found among many who wait, through locks and the ends of tasks', () => {
  const story = new Story(sample('lock-circle'));
  const stall = story.trace.rows.findIndex((row) => row?.[0] === 'stall');
  assert.deepEqual([...circleOf(story.stateAt(stall))].map(({ task }) => story.taskName(task)).sort(), ['Ann', 'Ben']);
  assert.equal(circleOf(story.stateAt(20)), null);
  const club = new Story(sample('club'));
  assert.equal(circleOf(club.stateAt(54)), null);
  // A chain of ten thousand, whose last waits for the first.
  const chain = Array.from({ length: 10_000 }, (_, task) => [
    ['spawn', task],
    ['made', task, { task: (task + 1) % 10_000 }],
    ['wait', task, task, task, null]
  ]).flat();
  const long = new Story(chain.map((row) => JSON.stringify(row)).join('\n'));
  assert.equal(circleOf(long.stateAt(long.count)).length, 10_000);
});

test('kinds, purposes and words that are called as what every object has are shown as any other', () => {
  const rows = ['constructor', 'toString', '__proto__', 'hasOwnProperty'].flatMap((word, at) => [
    { object: at, is: word },
    ['made', at, {}],
    ['arm', 0, at * 2 + 2, 5, null, word],
    ['wait', 0, at * 2 + 1, at, null],
    ['stall'],
    ['grant', at * 2 + 1, 0],
    ['does', 0, at, null, word],
    [word, 0]
  ]);
  const story = new Story([{ task: 0, name: 'main' }, ...rows].map((row) => JSON.stringify(row)).join('\n'));
  for (let step = 1; step <= story.count; step += 1)
    assert.doesNotMatch(told(story, step).join(), /function|native|\[object/);
  assert.equal(story.text(5), 'constructor lets main go on');
});
