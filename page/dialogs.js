'use strict';
// What opens over the page: search, findings, the keys, and why a task is where it is.

const KEYS = [
  ['← →', 'one event back, on'],
  ['⇧← ⇧→', 'to the poll before, the next poll, of this task'],
  ['o ⇧O', 'to the next, the last change of this object'],
  ['c', 'to the cause: what brought this about'],
  ['e', 'to the effect: what came of it'],
  ['Home End', 'to the start, to the end'],
  ['space', 'play, and stop; + and − for the pace'],
  ['/', 'search the events; n and N for the next, the last found'],
  ['f', 'findings; . and , for the next, the last one'],
  ['a', 'why the task of this step is where it is; or click its chip'],
  ['w', 'the timer wheel and its slots'],
  ['l', 'lanes by step, or by time; [ and ] for their width'],
  ['d', 'with two runs: to their first difference'],
  ['x', 'with two runs: the other one'],
  ['t', 'light, or dark'],
  ['?', 'this list; Esc closes it'],
];

// So many hits are listed.
const HITS = 200;

class Dialogs {
  constructor(page) {
    this.page = page;
    this.dialog = byId('dialog');
    this.dialog.addEventListener('click', (event) => event.target === this.dialog && this.close());
    this.dialog.addEventListener('close', () => this.dialog.replaceChildren());
  }

  get isOpen() {
    return this.dialog.open;
  }

  close() {
    this.dialog.close();
  }

  open(title, ...body) {
    const close = make('button', { onclick: () => this.close(), title: 'close (Esc)' }, 'close');
    const heading = make('h3#title', {}, title);
    this.dialog.setAttribute('aria-labelledby', 'title');
    this.dialog.replaceChildren(make('div.top', {}, heading, close), make('div.body', {}, body));
    if (!this.dialog.open) this.dialog.showModal();
  }

  help() {
    const rows = KEYS.map(([keys, text]) => make('tr', {}, make('td', {}, keys.split(' ').map((key) => [make('kbd', {}, key), ' '])), make('td', {}, text)));
    this.open('Keys', make('table', {}, make('tbody', {}, rows)));
  }

  // A button that goes to a step.
  link(step, ...text) {
    const { run } = this.page, at = step === 0 ? '' : duration(run.trace.time[step]);
    return make('button', { onclick: () => { this.close(); this.page.go(step); } }, make('span', {}, String(step)), make('span', {}, at), make('div', {}, text));
  }

  findings() {
    const { findings, sentences, names } = this.page;
    const rows = findings.slice(0, HITS).map(({ step, kind, note }) =>
      this.link(step, make('b', {}, kind), ': ', phrase(names, sentences.head(step)), make('br'), make('span', {}, note)));
    const none = make('p', {}, 'Nothing stands out: no stall, no signal that nobody heard, no wake in vain, no long poll, nobody spins.');
    this.open(findings.length ? count(findings.length, 'finding') : 'Findings', rows.length ? make('div.list', {}, rows) : none);
  }

  search() {
    const field = make('input', { type: 'search', placeholder: 'words of the sentences: a name, “wakes”, “condition”', 'aria-label': 'Search the events', value: this.page.query });
    const list = make('div.list', {}), found = make('p', { role: 'status' });
    const look = () => {
      const hits = this.page.find(field.value);
      found.textContent = field.value.trim() ? (hits.length > HITS ? `${hits.length} events; the first ${HITS}:` : count(hits.length, 'event')) : '';
      list.replaceChildren(...hits.slice(0, HITS).map((step) => this.link(step, phrase(this.page.names, this.page.sentences.head(step)))));
    };
    field.addEventListener('input', look);
    field.addEventListener('keydown', (event) => {
      if (event.key === 'ArrowDown') list.querySelector('button')?.focus();
      else if (event.key === 'Enter') this.go();
      else return;
      event.preventDefault();
    });
    list.addEventListener('keydown', (event) => {
      const next = event.key === 'ArrowDown' ? 'nextElementSibling' : event.key === 'ArrowUp' ? 'previousElementSibling' : null;
      if (!next) return;
      (document.activeElement[next] ?? field).focus();
      event.preventDefault();
    });
    this.open('Search', field, found, list);
    look();
    field.focus();
    field.select();
  }

  // To the first hit from the step on.
  go() {
    this.close();
    this.page.goToHit(1, this.page.step - 1);
  }

  // Why the task is where it is: what it waits for and who could end that, or what it was last woken by.
  tellOf(task) {
    const { names } = this.page, view = this.page.view;
    const title = make('span', {}, phrase(names, [{ task }]), ` at step ${view.step}`);
    this.open(title, story(this.page, view, task).map((each) => (each.step === undefined ? make('p', {}, phrase(names, each))
      : make('div.list', {}, this.link(each.step, phrase(names, this.page.sentences.head(each.step)))))));
  }
}

// Paragraphs, as parts of sentences, and steps to look at.
function story(page, view, task) {
  const { run, after, step, names } = view, known = run.tasks.get(task), told = [];
  const status = after.tasks.get(task);
  if (!known || known.spawn > step) return [[{ task }, ' has not been spawned yet.']];
  if (status === undefined) return [[`It is over: ${known.how}.`], { step: known.end }];
  if (status === 'running') {
    told.push(['It runs: nobody else does. This is what woke it:'], { step: run.causeOf(known.polls[lastAtMost(known.polls, step)]) });
    return told.filter((each) => each.step !== 0);
  }
  if (status === 'ready') {
    const at = [...after.ready].indexOf(task);
    told.push([at === 0 ? 'It is ready, and next.' : `It is ready. ${count(at, 'task')} ${at === 1 ? 'runs' : 'run'} before it.`, ' It was put there by this:']);
    const since = known.steps[lastAtMost(known.steps, step)];
    told.push({ step: since });
    return told;
  }
  const waits = [...after.waits].filter(([, wait]) => wait.task === task);
  if (!waits.length) told.push(['It is parked, and waits for nothing that the trace tells of: somebody has its waker, or nobody.']);
  for (const [number, wait] of waits) told.push(...waitStory(page, view, number, wait));
  const others = [...after.waits].filter(([, wait]) => wait.object !== null && after.objects.get(wait.object)?.task === task);
  for (const [, wait] of others) told.push([{ task: wait.task }, ' waits for its end.']);
  return told.filter((each) => each.length !== 0 || names === null);
}

function waitStory(page, view, number, wait) {
  const { run, after, step, names } = view, line = names.line(wait.line);
  if (wait.object == null) {
    return [[`It is parked until its timer is due, at ${duration(after.timers.get(number))}${line ? `, in ${line}` : ''}.`], { step: wait.since }];
  }
  const it = after.objects.get(wait.object), told = [];
  const parts = ['It is parked: it waits for ', { object: wait.object }, line ? `, in ${line}.` : '.'];
  const place = page.sentences.placeIn(after, wait.object, number);
  if (it?.granted.has(number)) parts.push(' It has been granted what it waits for, and has not run since.');
  else if (place) parts.push(` ${place}`);
  const [holding] = waitsOf(run, after, wait.task).filter((each) => each.wait === number);
  if (it?.is === 'lock' && it.holder !== null) parts.push(' ', { task: it.holder }, ' holds it.');
  else if (holding?.tasks.length) parts.push(' It awaits the end of ', ...holding.tasks.slice(0, 6).flatMap((each, at) => [at ? ', ' : '', { task: each }]), '.');
  told.push(parts, { step: wait.since });
  const steps = run.objects.get(wait.object) ?? [], signals = ['set', 'notify', 'pulse', 'release', 'give', 'put', 'get', 'close', 'come'];
  const last = steps.slice(0, lastAtMost(steps, step) + 1).findLast((at) => signals.includes(run.trace.rows[at][0]));
  if (last) told.push([last < wait.since ? 'The last that was done for those who wait there came before it did:' : 'The last that was done for those who wait there:'], { step: last });
  else told.push(['Nobody has done anything yet that could end that.']);
  return told;
}
