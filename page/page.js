'use strict';
// Puts the page together: the runs, the step, the keys.

// Milliseconds a step when it plays, at each pace.
const PACES = [2400, 1600, 1000, 650, 400, 200, 90];

// What reads the step of a run and its parts, made once a trace.
class Replay {
  constructor(text) {
    this.run = new Run(text);
    this.names = new Names(this.run);
    this.sentences = new Sentences(this.run, this.names);
    this.findings = findingsOf(this.run);
    this.sought = null;
  }

  // All sentences, in small letters, for the search; made when somebody searches first.
  get words() {
    this.sought ??= Array.from({ length: this.run.count + 1 }, (_, step) => (step ? this.sentences.text(step).toLowerCase() : ''));
    return this.sought;
  }

  // What makes two events of two runs the same: what happened, to whom; not in which line or how long ago.
  signature(step) {
    const { trace } = this.run, row = trace.rows[step];
    if (!row) return '';
    const head = this.sentences.text(step);
    return `${row[0]} ${head} ${trace.time[step]}`;
  }
}

class Page {
  constructor(texts, sources) {
    this.replays = texts.map((text) => new Replay(text));
    this.which = 0;
    this.step = 1;
    this.query = '';
    this.hits = [];
    this.followed = null;
    this.pace = 2;
    this.playing = null;
    this.wheel = false;
    this.board = new Board(this);
    this.arrows = new Arrows();
    this.lanes = new Lanes(this);
    this.source = new Source(this, sources);
    this.dialogs = new Dialogs(this);
    this.difference = this.replays.length > 1 ? this.firstDifference() : null;
    this.listen();
    this.open(this.readLink());
  }

  get run() { return this.replays[this.which].run; }
  get names() { return this.replays[this.which].names; }
  get sentences() { return this.replays[this.which].sentences; }
  get findings() { return this.replays[this.which].findings; }

  // The first step at which the two runs are not the same; 0 if there is none.
  firstDifference() {
    const [one, other] = this.replays, most = Math.max(one.run.count, other.run.count);
    for (let step = 1; step <= most; step += 1) if (one.signature(step) !== other.signature(step)) return step;
    return 0;
  }

  readLink() {
    const link = new URLSearchParams(location.hash.slice(1));
    const which = Math.min(Math.max(Number(link.get('t') ?? 1) - 1 || 0, 0), this.replays.length - 1);
    return { which, step: link.has('s') ? Number(link.get('s')) || 0 : 1 };
  }

  writeLink() {
    const link = `#s=${this.step}${this.which ? `&t=${this.which + 1}` : ''}`;
    clearTimeout(this.linking);
    // A browser bears only so many in a second, and somebody may scrub.
    this.linking = setTimeout(() => location.hash !== link && history.replaceState(null, '', link), 120);
  }

  // Shows a run at a step.
  open({ which, step }) {
    if (which !== this.which) this.followed = null;
    this.which = which;
    this.source.shown = null;
    byId('slider').max = this.run.count;
    byId('switch').hidden = this.replays.length < 2;
    const found = this.findings.length;
    byId('finds').textContent = found ? `f ${count(found, 'finding')}` : 'f findings';
    byId('finds').classList.toggle('some', found > 0);
    this.lanes.from = this.lanes.top = undefined;
    this.go(step, { glides: false });
  }

  go(wanted, { glides } = {}) {
    const step = Math.min(Math.max(Math.round(wanted) || 0, 0), this.run.count);
    const glide = glides ?? Math.abs(step - this.step) === 1;
    this.step = step;
    const { run, names, sentences } = this;
    const after = run.stateAt(step), before = step ? run.stateAt(step - 1) : after;
    this.view = { run, names, sentences, step, before, after };
    this.showWords();
    this.board.show(this.view, glide);
    this.source.show(this.view);
    this.source.showOutput(this.view);
    this.arrows.show(this.board);
    this.lanes.show(this.view);
    this.showControls();
    this.showOther();
    this.writeLink();
  }

  showWords() {
    const { run, sentences, names, step, before, after } = this.view, { time, turn } = run.trace;
    const head = sentences.head(step), why = sentences.why(step, before, after);
    byId('sentence').replaceChildren(...phrase(names, head).flat());
    byId('why').replaceChildren(...phrase(names, why).flat());
    byId('time').textContent = duration(time[step]);
    byId('place').textContent = `${turn[step] ? `turn ${turn[step]} · ` : ''}step ${step} of ${run.count}`;
    const spoken = `${sentences.plain(head)}. ${sentences.plain(why)}`;
    byId('spoken').textContent = spoken;
    byId('slider').setAttribute('aria-valuetext', `step ${step}: ${sentences.plain(head)}`);
    if (matchMedia('print').matches) this.writePrint();
  }

  showControls() {
    const { run, step } = this;
    byId('slider').value = step;
    byId('number').textContent = `${step} / ${run.count}`;
    byId('back').disabled = step === 0;
    byId('forth').disabled = step === run.count;
    byId('cause').disabled = !run.causeOf(step);
    byId('effect').disabled = !run.effectOf(step);
  }

  // At and behind the first difference of two runs: what happens in the other one.
  showOther() {
    const other = this.replays[1 - this.which], pane = byId('other');
    pane.hidden = !other;
    if (!other) return;
    const say = (replay) => phrase(replay.names, replay.run.count < this.step ? ['it is over'] : replay.sentences.head(this.step));
    const title = (which) => printable(this.replays[which].run.trace.head.program ?? `run ${which + 1}`);
    const here = make('span', {}, `run ${this.which + 1} of 2, ${title(this.which)}. `);
    if (this.difference === 0) pane.replaceChildren(here, 'Both are the same.');
    else if (this.step < this.difference) pane.replaceChildren(here, make('span', {}, `The same up to step ${this.difference} (d).`));
    else {
      const mark = this.step === this.difference ? make('b', {}, 'Here they differ first.') : make('span', {}, `They differ from step ${this.difference} on (d).`);
      pane.replaceChildren(here, mark, make('span', {}, `In the other at this step (x): `, say(other)));
    }
  }

  // The step as text, for paper.
  writePrint() {
    const { run, names, sentences, step, before, after } = this.view, lines = [];
    const list = (tasks) => [...tasks].map((task) => names.task(task)).join(', ') || 'nobody';
    lines.push(sentences.plain(sentences.head(step)), sentences.plain(sentences.why(step, before, after)), '');
    lines.push(`${duration(run.trace.time[step])}, turn ${run.trace.turn[step]}, step ${step} of ${run.count}`);
    const at = run.trace.lines.get(lineOf(run, step));
    if (at) {
      const text = this.source.sources[at.file]?.split('\n')[at.row - 1];
      lines.push(printable(at.at), ...(text === undefined ? [] : [`    ${printableLine(text).trim()}`]));
    }
    lines.push('', `Running: ${list(after.runs)}`, `Ready queue: ${list(after.ready)}`, 'Waiting:');
    for (const [number, it] of after.objects) {
      const waiting = [...it.line].map((wait) => after.waits.get(wait)?.task), held = it.holder === null ? '' : `, held by ${names.task(it.holder)}`;
      if (waiting.length || held) lines.push(`    ${names.object(number)}${held}: ${list(waiting)}`);
    }
    const timers = [...after.timers].map(([wait, deadline]) => `${names.task(after.waits.get(wait)?.task)} at ${duration(deadline)}`);
    if (timers.length) lines.push(`    timers: ${timers.join(', ')}`);
    const said = run.prints.slice(0, lastAtMost(run.prints, step) + 1).slice(-SAID);
    lines.push('', 'Output:', ...said.map((each) => `    ${printableLine(String(run.trace.rows[each][2] ?? ''))}`));
    byId('printed').textContent = lines.join('\n');
  }

  // The task that the step is about, or that somebody has chosen.
  get task() {
    return this.followed ?? this.run.taskAt(this.step) ?? this.run.actorAt(this.step);
  }

  goToPoll(direction) {
    const polls = this.run.tasks.get(this.task)?.polls ?? [];
    const at = direction > 0 ? lastAtMost(polls, this.step) + 1 : lastAtMost(polls, this.step - 1);
    if (polls[at]) this.go(polls[at]);
  }

  goToChange(direction) {
    const object = this.run.objectAt(this.step) ?? this.board.focus.object ?? this.chosen;
    if (object == null) return;
    this.chosen = object;
    const steps = this.run.objects.get(object) ?? [];
    const at = direction > 0 ? lastAtMost(steps, this.step) + 1 : lastAtMost(steps, this.step - 1);
    if (steps[at]) this.go(steps[at]);
  }

  goToCause() {
    const cause = this.run.causeOf(this.step);
    if (cause) this.go(cause);
  }

  goToEffect() {
    const effect = this.run.effectOf(this.step);
    if (effect) this.go(effect);
  }

  goToFinding(direction) {
    const steps = this.findings.map(({ step }) => step);
    const at = direction > 0 ? lastAtMost(steps, this.step) + 1 : lastAtMost(steps, this.step - 1);
    if (steps[at]) this.go(steps[at]);
  }

  // The steps whose sentences have all the words.
  find(query) {
    this.query = query;
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    const texts = words.length ? this.replays[this.which].words : [];
    this.hits = [];
    texts.forEach((text, step) => { if (step && words.every((word) => text.includes(word))) this.hits.push(step); });
    return this.hits;
  }

  goToHit(direction, from = this.step) {
    const { hits } = this, at = direction > 0 ? lastAtMost(hits, from) + 1 : lastAtMost(hits, from - 1);
    const step = hits[at] ?? (direction > 0 ? hits[0] : hits.at(-1));
    if (step) this.go(step);
  }

  goToDifference() {
    if (this.difference) this.go(this.difference);
  }

  // The same step of the other run.
  switchRun() {
    if (this.replays.length > 1) this.open({ which: 1 - this.which, step: this.step });
  }

  tellOf(task) {
    this.followed = task;
    this.go(this.step);
    this.dialogs.tellOf(task);
  }

  toggleWheel() {
    this.wheel = !this.wheel;
    this.go(this.step);
  }

  toggleTheme() {
    const isDark = getComputedStyle(byId('lanes')).colorScheme === 'dark'
      || (document.documentElement.style.colorScheme === '' && matchMedia('(prefers-color-scheme: dark)').matches);
    document.documentElement.style.colorScheme = isDark ? 'light' : 'dark';
    this.go(this.step);
  }

  toggleAxis() {
    this.lanes.toggleAxis();
    const time = this.run.trace.head.clock === 'real' ? 'by wall time' : 'by virtual time';
    byId('axis').textContent = this.lanes.axis === 'step' ? 'by step' : time;
  }

  play(on = this.playing === null) {
    clearTimeout(this.playing);
    this.playing = null;
    if (on && this.step === this.run.count) this.go(0);
    if (on) this.playing = setTimeout(() => { this.go(this.step + 1); this.play(this.step < this.run.count); }, PACES[this.pace]);
    byId('play').textContent = on ? 'stop' : 'play';
    byId('spoken').setAttribute('aria-live', on ? 'off' : 'polite');
  }

  setPace(change) {
    this.pace = Math.min(Math.max(this.pace + change, 0), PACES.length - 1);
  }

  listen() {
    const on = (id, act) => byId(id).addEventListener('click', act);
    on('back', () => this.go(this.step - 1));
    on('forth', () => this.go(this.step + 1));
    on('play', () => this.play());
    on('cause', () => this.goToCause());
    on('effect', () => this.goToEffect());
    on('finds', () => this.dialogs.findings());
    on('switch', () => this.switchRun());
    on('search', () => this.dialogs.search());
    on('axis', () => this.toggleAxis());
    on('help', () => this.dialogs.help());
    byId('slider').addEventListener('input', (event) => this.go(Number(event.target.value)));
    addEventListener('keydown', (event) => this.press(event));
    addEventListener('hashchange', () => this.open(this.readLink()));
    addEventListener('resize', () => this.go(this.step, { glides: false }));
    addEventListener('beforeprint', () => this.writePrint());
    matchMedia('print').addEventListener('change', () => this.writePrint());
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.go(this.step));
    byId('cards').addEventListener('scroll', () => this.arrows.show(this.board), { passive: true });
    byId('queue').addEventListener('scroll', () => this.arrows.show(this.board), { passive: true });
  }

  press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || this.dialogs.isOpen) return;
    const act = this.keys()[event.shiftKey && event.key.startsWith('Arrow') ? `⇧${event.key}` : event.key];
    if (!act) return;
    if (event.key === ' ' && event.target instanceof HTMLButtonElement) return;
    event.preventDefault();
    if (event.key !== ' ' && this.playing !== null && !['+', '-', '=', '−'].includes(event.key)) this.play(false);
    act();
  }

  keys() {
    return {
      ArrowRight: () => this.go(this.step + 1), ArrowLeft: () => this.go(this.step - 1),
      '⇧ArrowRight': () => this.goToPoll(1), '⇧ArrowLeft': () => this.goToPoll(-1),
      o: () => this.goToChange(1), O: () => this.goToChange(-1), c: () => this.goToCause(), e: () => this.goToEffect(),
      Home: () => this.go(0), End: () => this.go(this.run.count), ' ': () => this.play(),
      '+': () => this.setPace(1), '=': () => this.setPace(1), '-': () => this.setPace(-1), '−': () => this.setPace(-1),
      '/': () => this.dialogs.search(), n: () => this.goToHit(1), N: () => this.goToHit(-1),
      f: () => this.dialogs.findings(), '.': () => this.goToFinding(1), ',': () => this.goToFinding(-1),
      a: () => this.task != null && this.dialogs.tellOf(this.task), w: () => this.toggleWheel(), l: () => this.toggleAxis(),
      '[': () => this.lanes.zoomBy(.8), ']': () => this.lanes.zoomBy(1.25),
      d: () => this.goToDifference(), x: () => this.switchRun(), t: () => this.toggleTheme(), '?': () => this.dialogs.help(),
    };
  }
}

function start() {
  const texts = [...document.querySelectorAll('script.trace')].map((each) => each.textContent);
  if (!texts.length) {
    byId('sentence').textContent = 'This page holds no trace';
    byId('why').textContent = 'greenlight-demos page TRACE.jsonl makes one that does.';
    return;
  }
  try {
    window.page = new Page(texts.slice(0, 2), JSON.parse(byId('sources')?.textContent ?? '{}'));
  } catch (error) {
    byId('sentence').textContent = 'This trace cannot be read';
    byId('why').textContent = printable(error.message);
    throw error;
  }
}

start();
