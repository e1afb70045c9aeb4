// The source with the line of the step lit, and what the program has said up to there.

// So many lines of a file are shown around the lit one, and so many lines of output before the last.
const LINES = 400,
  SAID = 100;

// What a line of Rust is made of: comments, strings and words of the language; the rest is plain.
const WORDS_OF_RUST =
  'as async await break const continue else enum false fn for if impl in let loop match mod move mut ' +
  'pub return self static struct true type use where while';
const RUST = new RegExp(
  String.raw`(//.*$)|("(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)')|\b(${WORDS_OF_RUST.replaceAll(' ', '|')})\b`,
  'g'
);

function coloured(line) {
  const parts = [];
  let at = 0;
  for (const found of line.matchAll(RUST)) {
    parts.push(line.slice(at, found.index));
    parts.push(make(`i.${found[1] ? 'comment' : found[2] ? 'string' : 'word'}`, found[0]));
    at = found.index + found[0].length;
  }
  return [...parts, line.slice(at)];
}

// The line that the step comes from: its own, that of its act, or the one that the task that runs has come to.
function lineOf(run, step) {
  const { rows, cause, via } = run.trace,
    row = rows[step];
  if (!row) return null;
  const own = ownLine(run, row);
  if (own != null) return own;
  if (row[0] === 'poll' || row[0] === 'drop')
    return run.parkedAt(row[1], step) ?? run.trace.tasks.get(row[1])?.line ?? null;
  if (via[step]) return lineOf(run, via[step]);
  if (BREAKS.has(row[0]) || row[0] === 'arrive' || row[0] === 'fire') return null;
  // Else the last line that the task has come to in this poll, which is not that of somebody whom it wakes.
  const poll = cause[step],
    actor = rows[poll]?.[1];
  for (let at = step - 1; at > poll && at > step - 10_000; at -= 1) {
    const [word, task] = rows[at],
      line = word === 'spawn' || (ABOUT_TASK.has(word) && task === actor) ? ownLine(run, rows[at]) : null;
    if (line != null) return line;
  }
  return poll ? lineOf(run, poll) : null;
}

function ownLine(run, row) {
  const word = row[0];
  // A release names the line in which the lock was taken, and a grant that of the task that is to wake.
  if (word === 'release' || word === 'grant' || word === 'fire') return null;
  if (ABOUT_OBJECT.has(word) || word === 'print') return row[3] ?? null;
  if (word === 'wait' || word === 'arm') return row[4] ?? null;
  if (word === 'yield' || word === 'timedout' || word === 'mark' || word === 'ended') return row[2] ?? null;
  if (word === 'spawn') return run.trace.tasks.get(row[1])?.line ?? null;
  return ABOUT_WAIT.has(word) ? (run.waits.get(row[1])?.line ?? null) : null;
}

const WAKING = words('wake again grant fire');

class Source {
  constructor(page, sources) {
    Object.assign(this, { page, sources, shown: null });
  }

  show(view) {
    const { lines, via, rows } = view.run.trace,
      { run, step, after } = view,
      word = rows[step]?.[0];
    // The line of who is woken is lit less; and a stall, where somebody began to wait last.
    const woken = lines.get(
      word === 'stall'
        ? [...after.waits.values()].at(-1)?.line
        : WAKING.has(word) && run.parkedAt(run.taskAt(step), step)
    );
    const at = lines.get(lineOf(run, step)) ?? woken;
    // Where the step has no line of its own, the one that its task has come to is lit less.
    const row = rows[via[step] || step];
    this.showFile(at?.file ?? this.shown ?? [...lines.values()].findLast(({ file }) => this.sources[file])?.file ?? '');
    all('.code').forEach((each) => each.classList.remove('on', 'near'));
    this.light(woken?.file === this.shown ? woken.row : null, 'near');
    this.light(at?.row ?? null, row && ownLine(run, row) != null ? 'on' : 'near');
    this.showOutput(view);
  }

  showFile(file) {
    if (this.shown === file) return;
    this.shown = file;
    byId('file').textContent = printable(baseName(file));
    byId('file').title = printable(file);
    const text = this.sources[file];
    this.lines = typeof text === 'string' ? text.split(/\r\n|\r|\n/) : null;
    if (this.lines) this.fill(1);
    else
      byId('source').replaceChildren(
        make('p.missing', `${printable(file)} could not be read when this page was made.`)
      );
  }

  // Shows the lines from this one on. A file of a hundred thousand lines is as quick as one of a hundred.
  fill(from) {
    this.from = from;
    const lines = this.lines.slice(from - 1, from - 1 + LINES);
    byId('source').replaceChildren(
      make(
        'div.lines',
        lines.map((line, at) =>
          make(
            'div.code',
            { 'data-row': from + at },
            make('span', String(from + at)),
            make('div', { '--hang': `${line.search(/\S/) + 4}ch` }, coloured(printableLine(line).trimStart()))
          )
        )
      )
    );
  }

  light(row, kind) {
    const pane = byId('source');
    if (row === null || !this.lines) return;
    if (row < this.from || row >= this.from + LINES) this.fill(Math.max(1, row - LINES / 2));
    // Those around it are printed.
    for (const each of pane.querySelectorAll('.code'))
      each.classList.toggle('by', Math.abs(each.dataset.row - row) < 6);
    const line = pane.querySelector(`[data-row="${row}"]`);
    if (!line) return;
    line.classList.add(kind);
    const [top, bottom] = [line.offsetTop - pane.offsetTop, line.offsetTop - pane.offsetTop + line.offsetHeight];
    const margin = pane.clientHeight * .18;
    if (top < pane.scrollTop + margin || bottom > pane.scrollTop + pane.clientHeight - margin) {
      pane.scrollTop = top - pane.clientHeight * .55;
    }
  }

  showOutput(view) {
    const { run, step } = view,
      said = lastAtMost(run.prints, step) + 1,
      pane = byId('output');
    const shown = run.prints.slice(Math.max(0, said - SAID), said);
    const lines = shown.flatMap((at) =>
      String(run.trace.rows[at][2] ?? '')
        .split('\n')
        .map((text) =>
          make(
            `div${at === step ? '.new' : ''}`,
            { title: `step ${at}`, onclick: () => this.page.go(at) },
            printableLine(text) || ' '
          )
        )
    );
    if (!lines.length) lines.push(make('div.none', '(nothing yet)'));
    pane.replaceChildren(...lines);
    pane.scrollTop = pane.scrollHeight;
  }
}
