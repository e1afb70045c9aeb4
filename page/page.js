// Puts the page together: the runs, the step, the keys.
//
// How one file is made of it: in page.html four lines that hold nothing else are replaced. That of the style by
// style.css, and that of the script by the files that files.txt names, one after the other; in both, lines are trimmed,
// and those that are empty or begin with // are left out. That of the title by the name of the program, with & and
// less-than escaped. That of the data by a script of type text/plain and class trace for each trace, its lines as they
// are, and a script of type application/json and id sources with the text of each file that the lines of the traces
// name, or null; in both every less-than is written \u003c, which JSON reads as the same.

class Page {
  constructor(texts, sources) {
    this.runs = texts.map((text) => new Story(text));
    Object.assign(this, { which: 0, step: 0, query: '', hits: [], pause: 1000, playing: null, wheel: false });
    this.board = new Board(this);
    this.arrows = new Arrows();
    this.lanes = new Lanes(this);
    this.source = new Source(this, sources);
    this.dialogs = new Dialogs(this);
    this.difference = this.runs.length > 1 ? this.firstDifference() : 0;
    this.listen();
    this.open(this.readLink());
  }

  get run() {
    return this.runs[this.which];
  }

  // The first step at which the two runs are not the same; 0 if there is none.
  firstDifference() {
    const [one, other] = this.runs;
    for (let step = 1; step <= Math.max(one.count, other.count); step += 1)
      if (one.signature(step) !== other.signature(step)) return step;
    return 0;
  }

  readLink() {
    const link = new URLSearchParams(location.hash.slice(1)),
      which = link.get('t') === '2' && this.runs.length > 1 ? 1 : 0;
    return { which, step: link.get('s') ?? this.difference };
  }

  writeLink() {
    const link = `#s=${this.step}${this.which ? '&t=2' : ''}`;
    clearTimeout(this.linking);
    // A browser bears only so many in a second, and somebody may scrub.
    this.linking = setTimeout(() => location.hash !== link && history.replaceState(null, '', link), 120);
  }

  // Shows a run at a step.
  open({ which, step }) {
    this.which = which;
    this.source.shown = null;
    byId('slider').max = this.run.count;
    const found = this.run.findings.length;
    buttonOf('x').hidden = this.runs.length < 2;
    buttonOf('f').textContent = `f ${found ? count(found, 'finding') : 'findings'}`;
    buttonOf('f').classList.toggle('some', found > 0);
    this.lanes.from = this.lanes.top = undefined;
    this.go(step, false);
  }

  go(wanted, glides = Math.abs(wanted - this.step) === 1) {
    const { run } = this,
      step = (this.step = between(0, Math.round(wanted) || 0, run.count));
    const after = run.stateAt(step),
      before = step ? run.stateAt(step - 1) : after;
    this.view = { run, step, before, after };
    const old = glides && this.board.measure();
    this.showWords();
    this.board.show(this.view);
    this.source.show(this.view);
    this.arrows.show(this.board);
    this.lanes.show(this.view);
    this.showOther();
    this.writeLink();
    // Last, for the arrows lead to where things come to stand.
    if (old) this.board.glide(old);
  }

  showWords() {
    const { run, step, before, after } = this.view,
      { time, turn } = run.trace,
      head = run.head(step),
      why = run.why(step, before, after);
    byId('sentence').replaceChildren(...phrase(run, head));
    byId('why').replaceChildren(...phrase(run, why));
    byId('time').textContent = duration(time[step]);
    byId('place').textContent = `${turn[step] ? `turn ${turn[step]} · ` : ''}step ${step} of ${run.count}`;
    byId('spoken').textContent = `${run.plain(head)}. ${run.plain(why)}`;
    byId('slider').setAttribute('aria-valuetext', `step ${step}: ${run.plain(head)}`);
    byId('slider').value = step;
    byId('number').textContent = `${step} / ${run.count}`;
    const works = { ArrowLeft: step > 0, ArrowRight: step < run.count, c: this.cause, e: run.effectOf(step) };
    for (const [key, does] of Object.entries(works)) {
      buttonOf(key).disabled = !does;
      buttonOf(key).title = does > 1 ? run.text(does) : '';
    }
  }

  // With two runs: whether they have differed yet, and what happens in the other one.
  showOther() {
    const { difference, step, which, runs } = this,
      other = runs[1 - which],
      pane = byId('other');
    pane.hidden = !other;
    if (!other) return;
    const differs = make(
      step === difference ? 'b' : 'span',
      !difference
        ? 'Both are the same.'
        : step === difference
          ? 'Here they differ first.'
          : `They differ from step ${difference} on (d).`
    );
    pane.replaceChildren(
      make('span', `Run ${which + 1} of 2, ${printable(this.run.trace.head.program ?? '')}.`),
      differs
    );
    if (!difference || step < difference) return;
    pane.append(
      make('span', 'In the other (x): ', step > other.count ? 'it is over' : phrase(other, other.head(step)))
    );
  }

  // What brought the step about; of a stall, the last that was done for somebody who waits there.
  get cause() {
    const { run, step } = this;
    if (step !== run.stall) return run.causeOf(step);
    const waits = [...this.view.after.waits.values()];
    return waits.map(({ object }) => lastSignal(run, object, step)).findLast(Boolean) ?? 0;
  }

  // The task that the step is about.
  get task() {
    return this.run.taskAt(this.step) ?? this.run.actorAt(this.step);
  }

  // To the next of these steps, or to the last before this one.
  goTo(direction, steps = [], from = this.step) {
    const step = steps[direction > 0 ? lastAtMost(steps, from) + 1 : lastAtMost(steps, from - 1)];
    if (step) this.go(step);
    return step;
  }

  goToPoll(direction) {
    this.goTo(direction, this.run.tasks.get(this.task)?.polls);
  }

  goToChange(direction) {
    this.goTo(direction, this.run.objects.get(this.run.objectAt(this.step) ?? this.board.focus.object));
  }

  // The steps whose sentences have all the words.
  find(query) {
    this.query = query.trim();
    const sought = this.query.toLowerCase().split(/\s+/);
    this.hits = [];
    if (this.query)
      this.run.sought.forEach((text, step) => {
        if (step && sought.every((word) => text.includes(word))) this.hits.push(step);
      });
    return this.hits;
  }

  // Round from the last to the first.
  goToHit(direction, from = this.step) {
    if (!this.goTo(direction, this.hits, from) && this.hits.length) this.go(this.hits.at(direction > 0 ? 0 : -1));
  }

  switchRun() {
    if (this.runs.length > 1) this.open({ which: 1 - this.which, step: this.step });
  }

  toggleWheel() {
    this.wheel = !this.wheel;
    this.go(this.step, false);
  }

  toggleTheme() {
    const { style } = document.documentElement,
      dark = style.colorScheme || (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
    style.colorScheme = dark === 'dark' ? 'light' : 'dark';
    this.go(this.step, false);
  }

  toggleAxis() {
    this.lanes.toggleAxis();
    buttonOf('l').textContent = `l lanes: by ${this.lanes.axis}`;
  }

  play(on = this.playing === null) {
    clearTimeout(this.playing);
    this.playing = null;
    if (on && this.step === this.run.count) this.go(0);
    if (on)
      this.playing = setTimeout(() => {
        this.go(this.step + 1);
        this.play(this.step < this.run.count);
      }, this.pause);
    buttonOf(' ').textContent = on ? 'stop' : 'play';
    byId('spoken').setAttribute('aria-live', on ? 'off' : 'polite');
  }

  listen() {
    const findings = () => this.run.findings.map(({ step }) => step);
    this.keys = {
      ArrowRight: () => this.go(this.step + 1),
      ArrowLeft: () => this.go(this.step - 1),
      '⇧ArrowRight': () => this.goToPoll(1),
      '⇧ArrowLeft': () => this.goToPoll(-1),
      o: () => this.goToChange(1),
      O: () => this.goToChange(-1),
      c: () => this.go(this.cause || this.step),
      e: () => this.go(this.run.effectOf(this.step) || this.step),
      Home: () => this.go(0),
      End: () => this.go(this.run.count),
      ' ': () => this.play(),
      '+': () => {
        this.pause /= 1.5;
      },
      '-': () => {
        this.pause *= 1.5;
      },
      '/': () => this.dialogs.search(),
      n: () => this.goToHit(1),
      N: () => this.goToHit(-1),
      f: () => this.dialogs.findings(),
      '.': () => this.goTo(1, findings()),
      ',': () => this.goTo(-1, findings()),
      a: () => this.task != null && this.dialogs.tellOf(this.task),
      w: () => this.toggleWheel(),
      l: () => this.toggleAxis(),
      '[': () => this.lanes.zoomBy(.8),
      ']': () => this.lanes.zoomBy(1.25),
      d: () => this.difference && this.go(this.difference),
      x: () => this.switchRun(),
      t: () => this.toggleTheme(),
      '?': () => this.dialogs.help()
    };
    byId('controls').addEventListener('click', (event) => this.keys[event.target.dataset.key]?.());
    byId('slider').addEventListener('input', (event) => this.go(+event.target.value));
    // The name of a task tells of it, and that of an object goes to its last change.
    addEventListener('click', ({ target }) => {
      const { tells, goes } = target.dataset;
      if ((!tells && !goes) || target.closest('button')) return;
      if (tells) return this.dialogs.tellOf(+tells);
      this.dialogs.dialog.close();
      this.goTo(-1, this.run.objects.get(+goes));
    });
    addEventListener('keydown', (event) => this.press(event));
    addEventListener('hashchange', () => this.open(this.readLink()));
    const again = () => this.go(this.step, false);
    addEventListener('resize', again);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', again);
    for (const id of ['cards', 'queue', 'ended'])
      byId(id).addEventListener('scroll', () => this.arrows.show(this.board), { passive: true });
  }

  press(event) {
    const { key, target } = event,
      act = this.keys[event.shiftKey && key.startsWith('Arrow') ? `⇧${key}` : key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey || this.dialogs.dialog.open) return;
    if (key === ' ' && target instanceof HTMLButtonElement) return;
    event.preventDefault();
    if (this.playing !== null && !' +-'.includes(key)) this.play(false);
    act();
  }
}

// The button of a key.
const buttonOf = (key) => one(`[data-key="${key}"]`);

function start() {
  const texts = [...all('script.trace')].map((each) => each.textContent),
    fail = (head, why) => {
      byId('sentence').textContent = head;
      byId('why').textContent = printable(why);
    };
  if (!texts.length) return fail('This page holds no trace', 'greenlight-demos page TRACE.jsonl makes one.');
  try {
    window.page = new Page(texts.slice(0, 2), JSON.parse(byId('sources')?.textContent ?? '{}'));
  } catch (error) {
    fail('This trace cannot be read', error.message);
    throw error;
  }
}

start();
