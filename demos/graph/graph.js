// Plays a program by hand: the place in the graph, and the way that led there, which the address of the page has.

const DATA = JSON.parse(byId('data').textContent),
  TASKS = new Tasks(DATA.tasks);

const [BOARD, EDGES, END, IS_CUT] = [0, 1, 2, 3];
const [PICK, ACTS, TO, DID, SAID] = [0, 1, 2, 3, 4];

const texts = (numbers) => numbers.map((number) => DATA.texts[number]);
const count = (number, what) => `${number} ${what}${number === 1 ? '' : 's'}`;

// What follows a place: how many ends, how many of these fail, and the way to the nearest failure: its deviations, its
// picks, and its first edge. What follows a place stands before it in the list.
const AHEAD = [];
for (const [, edges, end, isCut] of DATA.nodes) {
  const fails = end?.length > 0,
    ahead = { ends: end ? 1 : 0, failing: fails ? 1 : 0, isCut: isCut > 0, cost: Infinity, picks: 0, edge: null };
  if (fails) ahead.cost = 0;
  edges.forEach((edge, at) => {
    const behind = AHEAD[edge[TO]],
      cost = behind.cost + edge[ACTS].length,
      picks = behind.picks + 1;
    ahead.ends += behind.ends;
    ahead.failing += behind.failing;
    ahead.isCut ||= behind.isCut;
    if (cost < ahead.cost || (cost === ahead.cost && cost < Infinity && picks < ahead.picks))
      Object.assign(ahead, { cost, picks, edge: at });
  });
  AHEAD.push(ahead);
}

// A pick as the address has it: 2 runs task 2, late has time jump, x2 cancels task 2.
const written = (pick) =>
  pick === 'late' ? pick : Array.isArray(pick) ? `x${TASKS.numbers[pick[0]]}` : String(TASKS.numbers[pick]);

function inWords(pick) {
  if (pick === 'late') return 'time jumps';
  return Array.isArray(pick) ? `${TASKS.names[pick[0]]} is cancelled` : `${TASKS.names[pick]} runs`;
}

class Page {
  constructor() {
    byId('title').textContent = DATA.title;
    // What opens it tells what there is to find.
    byId('source').textContent = DATA.source.replace(/^(\/\/!.*\n)+\n*/, '');
    byId('program').hidden = !DATA.source;
    byId('program').open = innerWidth > 1000;
    byId('cut').textContent = DATA.cut ? `${DATA.cut}.` : '';
    byId('goal').textContent = goal();
    addEventListener('hashchange', () => this.follow());
    addEventListener('keydown', (event) => this.press(event));
    all('[data-key]').forEach((button) => button.addEventListener('click', () => this.act(button.dataset.key)));
    byId('copy').addEventListener('click', () => this.copy());
    byId('schedule').addEventListener('focus', (event) => event.target.select());
    this.follow();
  }

  // Goes where the address says, as far as there is such a way.
  follow(words = location.hash.slice(1).split('.').filter(Boolean)) {
    this.node = DATA.nodes[DATA.start];
    this.number = DATA.start;
    this.way = [];
    let strays = false;
    for (const word of words) {
      const edge = this.node[EDGES].find((edge) => written(edge[PICK]) === word);
      if ((strays = !edge)) break;
      this.way.push({ edge, from: this.node });
      this.number = edge[TO];
      this.node = DATA.nodes[this.number];
    }
    this.show(strays);
  }

  go(picks) {
    const hash = picks.map(written).join('.');
    if (location.hash.slice(1) === hash) this.follow();
    else location.hash = hash;
  }

  picks() {
    return this.way.map(({ edge }) => edge[PICK]);
  }

  choose(edge) {
    if (edge) this.go([...this.picks(), edge[PICK]]);
  }

  // The edge that goes on in the ordinary order.
  ordinary() {
    return this.node[EDGES].find((edge) => !edge[ACTS].length);
  }

  act(key) {
    const edges = this.node[EDGES];
    if (key === 'u') this.way.length && this.go(this.picks().slice(0, -1));
    else if (key === 'r') this.go([]);
    else if (key === 'h') this.choose(edges[AHEAD[this.number].edge]);
    else if (key === 'Enter') this.choose(this.ordinary());
    else if (/^[1-9]$/.test(key)) this.choose(edges[key - 1]);
  }

  press(event) {
    const { key, target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || target.id === 'schedule') return;
    if (key === 'Enter' && target.closest('button, summary, a')) return;
    this.act(key === 'Backspace' ? 'u' : key);
  }

  show(strays) {
    const [board, , end] = this.node,
      isNearChoices = byId('choosing').contains(document.activeElement);
    byId('choices').replaceChildren(...(end ? this.end(end) : this.choices()));
    byId('asks').textContent = end ? 'The end' : 'Ready: who runs next?';
    byId('happened').replaceChildren(...this.happened(strays));
    const cards = cardsOf(DATA.boards[board], TASKS);
    byId('cards').replaceChildren(...(cards.length ? cards : [make('p.none', end ? 'it is over' : 'nobody')]));
    byId('clock').textContent = DATA.boards[board].at ?? '';
    this.showWay();
    this.showHint();
    const said = [DATA.said, ...this.way.map(({ edge }) => edge[SAID])],
      last = said.length - 1;
    const lines = said.flatMap((lines, at) =>
      texts(lines).map((line) => make(at === last && at ? 'div.new' : 'div', line))
    );
    byId('output').replaceChildren(...(lines.length ? lines : [make('div.none', 'nothing yet')]));
    byId('output').scrollTop = byId('output').scrollHeight;
    byId('spoken').textContent = this.spoken();
    document.body.classList.toggle('failed', end?.length > 0);
    if (isNearChoices) (one('#choices button') ?? byId('asks')).focus();
  }

  choices() {
    const { ready } = DATA.boards[this.node[BOARD]],
      edges = this.node[EDGES],
      ordinary = edges.indexOf(this.ordinary());
    if (this.node[IS_CUT])
      return [
        ...ready.map(([task]) => make('p.choice', TASKS.chip(task))),
        make('p.note', 'It goes on, but not in this page. Go back, and try another way.')
      ];
    return edges.map((edge, at) => {
      const [pick, acts] = edge,
        task = Array.isArray(pick) ? pick[0] : pick,
        poll = ready.find(([each]) => each === pick)?.[1];
      const what =
        pick === 'late' ? make('b', 'time jumps') : [TASKS.chip(task), Array.isArray(pick) && ' is cancelled'];
      const cost = acts.length ? `+${count(acts.length, 'deviation')}` : 'no deviation';
      const note = poll && at < ordinary ? `poll ${poll}, passed over` : poll && `poll ${poll}`;
      return make(
        `button.choice${acts.length ? '' : '.ordinary'}`,
        { onclick: () => this.choose(edge), 'data-pick': written(pick) },
        at < 9 && make('kbd', { 'aria-hidden': 'true' }, String(at + 1)),
        make('span.who', what),
        make('span.note', note),
        make('span.cost', cost)
      );
    });
  }

  end(end) {
    if (!end.length)
      return [make('div.card.end.passes', make('h3', 'It passes.'), make('p', 'Go back, and try another order.'))];
    const [headline, report] = texts(end),
      acts = this.acts();
    const whose = !acts.length
      ? 'The ordinary order does this.'
      : acts.every((act) => act.includes(':'))
        ? 'greenlight’s own order can do this.'
        : 'Only where the order is not FIFO.';
    return [
      make(
        'div.card.end.fails',
        make('h3', `You found it: ${headline}`),
        make('p', `${count(acts.length, 'deviation')}. ${whose} The fewest in here: ${AHEAD[DATA.start].cost}.`),
        DATA.see && make('p', DATA.see),
        report !== headline && make('pre', { tabindex: 0, role: 'region', 'aria-label': 'Report' }, report)
      )
    ];
  }

  acts() {
    return this.way.flatMap(({ edge }) => edge[ACTS]);
  }

  happened(strays) {
    const last = this.way.at(-1)?.edge,
      did = texts(last ? last[DID] : DATA.before),
      lines = did.length ? did : [last ? 'and waits on' : 'Nothing yet: the program is about to begin.'];
    const happened = [
      make('h3', last ? inWords(last[PICK]) : 'The start'),
      make(
        'ul',
        lines.map((line) => make('li', line))
      )
    ];
    return strays
      ? [make('p.note', 'The address goes on, but there is no such way in this page.'), ...happened]
      : happened;
  }

  showWay() {
    const acts = this.acts();
    byId('deviations').textContent = this.way.length ? count(acts.length, 'deviation') : '';
    byId('path').replaceChildren(
      ...this.way.map(({ edge: [pick, acts] }, at) => {
        const to = () => this.go(this.picks().slice(0, at + 1)),
          note = acts.length ? `+${acts.length}` : null,
          title = `${inWords(pick)}${acts.length ? `: ${acts.join(', ')}` : ''}`;
        const attributes = { onclick: to, title, class: acts.length ? 'chip small deviates' : 'chip small' };
        const chip =
          typeof pick === 'number'
            ? TASKS.chip(pick, note, 'button', attributes)
            : make(
                'button.chip',
                { ...attributes, '--c': 'var(--dim)' },
                make('span.name', inWords(pick)),
                make('small', note)
              );
        return make('li', chip);
      })
    );
    byId('schedule').value = `gl1:${acts.join(',')}`;
    for (const key of ['u', 'r']) one(`[data-key="${key}"]`).disabled = !this.way.length;
  }

  showHint() {
    const { ends, failing, isCut, edge, cost } = AHEAD[this.number],
      button = one('[data-key="h"]');
    button.disabled = edge === null;
    byId('hint').textContent = this.node[END]
      ? ''
      : failing
        ? `From here ${failing.toLocaleString('en')} of ${count(ends, 'end')} fail, the nearest by ${count(cost, 'more deviation')}.`
        : isCut
          ? 'From here no end in this page fails.'
          : 'From here every end passes: go back, and try another way.';
  }

  spoken() {
    const end = this.node[END],
      last = this.way.at(-1)?.edge;
    const did = last ? `${inWords(last[PICK])}. ${texts(last[DID]).join('. ')}. ` : '';
    return (
      did +
      (!end ? `${count(this.node[EDGES].length, 'choice')}.` : end.length ? `It fails: ${texts(end)[0]}` : 'It passes.')
    );
  }

  copy() {
    const field = byId('schedule');
    field.select();
    // A page from a file may have no clipboard but this.
    if (!document.execCommand('copy')) navigator.clipboard?.writeText(field.value);
    byId('copy').textContent = 'copied';
    setTimeout(() => (byId('copy').textContent = 'copy'), 1500);
  }
}

function goal() {
  const { ends, failing, isCut } = AHEAD[DATA.start],
    about = DATA.about ? `${DATA.about[0].toUpperCase()}${DATA.about.slice(1)}. ` : '',
    all = ends.toLocaleString('en');
  if (!failing) return `${about}No end in here fails, of ${all}: try to find one, and see why not.`;
  return `${about}Find a schedule that fails: ${failing.toLocaleString('en')} of the ${all} ends in here do${isCut ? ', and there are more' : ''}.`;
}

window.page = new Page();
