// The lanes: a line for each task, on a canvas, of which only the window that is seen is drawn. Solid while it runs,
// pale while it is ready, dots while it is parked.

// How wide an event is, at least and at most, before somebody zooms.
const NARROW = 5,
  WIDE = 26;

class Lanes {
  constructor(page) {
    this.page = page;
    this.canvas = byId('lanes');
    this.axis = 'step';
    // Pixels an event; none until somebody zooms.
    this.zoom = null;
    this.canvas.addEventListener('pointerdown', (event) => this.press(event));
    this.canvas.addEventListener('pointermove', (event) => event.buttons && this.press(event));
  }

  press(event) {
    const [x, y] = [event.offsetX / this.unit, event.offsetY / this.unit];
    if (event.type === 'pointerdown') {
      const task = [...this.rows.keys()].findLast((task) => this.rows.get(task) <= y);
      if (x < this.left - 9 && task !== undefined) return this.page.dialogs.tellOf(task);
      this.canvas.setPointerCapture(event.pointerId);
    }
    this.page.go(this.stepAt(x), false);
  }

  zoomBy(factor) {
    this.zoom = between(.02, this.scale * factor, 80);
    this.show(this.view);
  }

  toggleAxis() {
    this.axis = this.axis === 'step' ? 'time' : 'step';
    this.show(this.view);
  }

  // Where the event stands among all, in units of an event. By time, a third of the room is left for events of one
  // moment.
  place(step) {
    if (this.axis === 'step') return step;
    const { time, count } = this.view.run.trace,
      last = time[count] || 1,
      at = between(1, step, count + 1);
    const moment = time[Math.min(at, count)];
    return count * (.62 * (moment / last) + .38 * ((at - 1) / count)) + 1;
  }

  stepAt(x) {
    const { count } = this.view.run.trace,
      wanted = this.from + (x - this.left) / this.scale;
    let low = 1,
      high = count;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.place(middle) <= wanted) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  colour(value) {
    this.probe ??= document.body.appendChild(make('i', { hidden: '' }));
    this.probe.style.color = value;
    return getComputedStyle(this.probe).color;
  }

  show(view) {
    this.view = view;
    const { canvas } = this,
      ratio = devicePixelRatio || 1;
    // What is drawn grows with the letters of the page.
    this.unit = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
    const width = canvas.clientWidth / this.unit,
      height = canvas.clientHeight / this.unit;
    if (!width) return;
    // To set the size clears the canvas.
    [canvas.width, canvas.height] = [Math.round(canvas.clientWidth * ratio), Math.round(canvas.clientHeight * ratio)];
    const pen = (this.pen = canvas.getContext('2d'));
    pen.scale(ratio * this.unit, ratio * this.unit);
    const { count } = view.run;
    [this.width, this.height, this.left] = [width, height, width < 560 ? 74 : 118];
    const room = width - this.left - 12;
    this.scale = this.zoom ?? Math.min(WIDE, Math.max(room / (count + 1), this.axis === 'step' ? NARROW : NARROW / 2));
    const seen = room / this.scale,
      at = this.place(view.step);
    // The window stays while the step is well inside it.
    if (this.from === undefined || at < this.from + seen * .08 || at > this.from + seen * .92)
      this.from = at - seen / 2;
    this.from = between(1, this.from, count + 1 - seen);
    this.drawAll();
  }

  x(step) {
    return this.left + (this.place(step) - this.from) * this.scale;
  }

  // The tasks that are alive in the window, as many as there is room for, with the one of the step among them.
  choose() {
    const { run, step } = this.view,
      first = this.stepAt(this.left),
      last = this.stepAt(this.width);
    const alive = [...run.tasks]
      .filter(([, { spawn, end }]) => spawn <= last && end >= first)
      .map(([task]) => task)
      .sort((a, b) => a - b);
    const room = this.height - 28,
      most = Math.floor(room / 13);
    if (alive.length <= most) return [alive, Math.min(21, room / Math.max(alive.length, 1)), 0];
    const focus = alive.indexOf(run.taskAt(step) ?? run.actorAt(step));
    if (this.top === undefined || (focus >= 0 && (focus < this.top || focus >= this.top + most)))
      this.top = focus - (most >> 1);
    this.top = between(0, this.top ?? 0, alive.length - most);
    return [alive.slice(this.top, this.top + most), room / most, alive.length - most];
  }

  drawAll() {
    const { pen, view, left } = this,
      { run, step } = view;
    const [tasks, row, hidden] = this.choose();
    const dim = this.colour('var(--dim)'),
      hot = this.colour('var(--hot)'),
      { fontFamily } = getComputedStyle(document.body);
    const bottom = tasks.length * row + 2;
    this.rows = new Map(tasks.map((task, at) => [task, at * row + 2]));
    pen.save();
    pen.beginPath();
    pen.rect(left - 4, 0, this.width - left + 4, this.height);
    pen.clip();
    pen.font = `12px ${fontFamily}`;
    pen.textBaseline = 'middle';
    this.drawJumps(bottom, dim);
    tasks.forEach((task) => this.drawTask(task, row));
    this.drawWakes(row, dim, hot);
    if (run.stall) {
      pen.strokeStyle = this.colour('var(--bad)');
      this.stroke([], 3, [this.x(run.stall), 0], [this.x(run.stall), bottom + 4]);
    }
    const x = this.x(step);
    if (step) {
      pen.globalAlpha = .16;
      pen.fillStyle = hot;
      pen.fillRect(x, 0, Math.max(3, this.x(step + 1) - x), bottom);
      pen.globalAlpha = 1;
      pen.fillRect(x - 1, 0, 2, bottom);
    }
    pen.restore();
    pen.textBaseline = 'middle';
    tasks.forEach((task) => {
      pen.font = `600 ${Math.min(14, row * .78)}px ${fontFamily}`;
      pen.fillStyle = this.colour(colourOf(run, task));
      pen.fillText(brief(run.taskName(task), left / 7), 0, this.rows.get(task) + row * .46, left - 10);
    });
    pen.font = `12px ${fontFamily}`;
    pen.fillStyle = dim;
    if (hidden > 0) pen.fillText(`+ ${hidden} more`, 0, this.height - 6);
    pen.textAlign = 'right';
    if (this.width > 560)
      pen.fillText(
        '■ running   □ dropped   ▬ ready   ··· parked   ┆ time jumps   ● woken',
        this.width - 12,
        this.height - 6
      );
    pen.textAlign = 'left';
  }

  stroke(dashes, thickness, from, to) {
    const { pen } = this;
    pen.setLineDash(dashes);
    pen.lineWidth = thickness;
    pen.beginPath();
    pen.moveTo(...from);
    pen.lineTo(...to);
    pen.stroke();
    pen.setLineDash([]);
  }

  dot(x, y, radius) {
    this.pen.beginPath();
    this.pen.arc(x, y, radius, 0, 7);
    this.pen.fill();
  }

  drawTask(task, row) {
    const { pen, view } = this,
      known = view.run.tasks.get(task),
      y = this.rows.get(task);
    const colour = this.colour(colourOf(view.run, task)),
      middle = y + row * .46;
    const first = Math.max(0, lastAtMost(known.steps, this.stepAt(this.left)));
    let run = null;
    for (let at = first; at < known.steps.length; at += 1) {
      const what = known.status[at],
        start = this.x(known.steps[at]);
      if (start > this.width) break;
      const end = Math.min(
        this.width,
        at + 1 < known.steps.length ? this.x(known.steps[at + 1]) : this.x(view.run.count + 1)
      );
      pen.fillStyle = pen.strokeStyle = colour;
      // Where polls are closer than a pixel, one rectangle stands for many.
      if (run !== null && end - run < 1) continue;
      run = end;
      if (what === 'running' && view.run.trace.rows[known.steps[at]][0] === 'drop')
        pen.strokeRect(start + 1, y + row * .16, Math.max(1, end - start - 2), row * .6);
      else if (what === 'running') this.bar(start, y + row * .12, Math.max(1, end - start), row * .68, 1);
      else if (what === 'ready') this.bar(start, y + row * .3, Math.max(1, end - start), row * .32, .38);
      else if (what === 'parked') {
        pen.globalAlpha = .85;
        this.stroke([1, 5], 1.8, [start, middle], [end, middle]);
        pen.globalAlpha = 1;
      }
    }
  }

  bar(x, y, width, height, alpha) {
    const { pen } = this;
    pen.globalAlpha = alpha;
    pen.beginPath();
    pen.roundRect(x, y, width, height, Math.min(3, width / 2));
    pen.fill();
    pen.globalAlpha = 1;
  }

  // Dashed lines where time jumps, with the time from there on.
  drawJumps(bottom, dim) {
    const { pen, view } = this,
      { jumps, trace } = view.run;
    let free = 0;
    for (let at = Math.max(0, lastAtMost(jumps, this.stepAt(this.left))); at < jumps.length; at += 1) {
      const x = this.x(jumps[at]);
      if (x > this.width) break;
      if (x < free - 30) continue;
      pen.strokeStyle = pen.fillStyle = dim;
      pen.globalAlpha = .55;
      this.stroke([5, 4], 1.5, [x, 0], [x, bottom + 4]);
      pen.globalAlpha = 1;
      const text = duration(trace.time[jumps[at]]);
      if (x + 3 > free) {
        pen.fillText(text, x + 4, bottom + 5);
        free = x + pen.measureText(text).width + 40;
      }
    }
  }

  // From who acted to who was woken.
  drawWakes(row, dim, hot) {
    const { pen, view } = this,
      { run, step } = view,
      { rows } = run.trace;
    const last = this.stepAt(this.width);
    let free = 0;
    for (let at = this.stepAt(this.left); at <= last; at += 1) {
      if (rows[at]?.[0] !== 'wake') continue;
      const x = this.x(at),
        actor = run.actorAt(at),
        woken = rows[at][1],
        is = at === step;
      if (!this.rows.has(woken) || (x < free && !is)) continue;
      free = x + 4;
      const [to, from] = [this.rows.get(woken) + row * .46, this.rows.get(actor)];
      pen.fillStyle = pen.strokeStyle = is ? hot : dim;
      pen.globalAlpha = is ? 1 : .6;
      if (from !== undefined && actor !== woken) this.stroke([], is ? 3.5 : 1.2, [x, from + row * .46], [x, to]);
      this.dot(x, to, is ? 5 : 2.6);
      pen.globalAlpha = 1;
    }
  }
}
