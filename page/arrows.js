// The arrows of a step: from who acts to what it acts on, in its colour, and from where somebody stood to where it
// stands in the ready queue. They run in the gutters between the columns, and cross no text.

// The head of an arrow that comes from one point to another.
function arrowHead(from, to, size) {
  const angle = Math.atan2(to[1] - from[1], to[0] - from[0]);
  const corner = (turn) => [to[0] + size * Math.cos(angle + turn), to[1] + size * Math.sin(angle + turn)];
  const points = [
    [to[0] + size * .7 * Math.cos(angle), to[1] + size * .7 * Math.sin(angle)],
    corner(2.3),
    corner(-2.3)
  ];
  return draw('polygon', {
    class: 'head',
    points: points.map((point) => point.map((value) => value.toFixed(1))).join(' ')
  });
}

class Arrows {
  constructor() {
    this.drawing = byId('arrows');
  }

  show(board) {
    this.board = board;
    const { focus } = board,
      { scrollHeight, scrollTop, clientHeight } = byId('cards');
    byId('cards').classList.toggle('cut', scrollHeight - scrollTop - clientHeight > 9);
    this.drawing.replaceChildren();
    if (!focus || getComputedStyle(this.drawing).display === 'none') return;
    this.origin = this.drawing.getBoundingClientRect();
    const card = one(`.thing[data-object="${focus.object}"]`);
    if (card && focus.actor !== null) this.act(card, focus);
    if (focus.woken !== null) this.wakes(focus);
  }

  // A box in the coordinates of the drawing.
  box(element) {
    const { left, top, width, height } = element.getBoundingClientRect(),
      x = left - this.origin.left,
      y = top - this.origin.top;
    return { left: x, top: y, width, height, right: x + width, middle: y + height / 2 };
  }

  act(card, focus) {
    const actor = one(`#runner .chip[data-task="${focus.actor}"]`) ?? one(`#ended .chip[data-task="${focus.actor}"]`);
    if (!actor) return;
    const from = this.box(actor),
      to = this.box(card),
      list = this.box(byId('cards'));
    const column = this.box(byId('running'));
    const y = between(list.top + 20, to.top + Math.min(to.height / 2, 40), list.top + list.height - 20);
    const [startX, endX] = [from.right + 3, to.left - 13];
    const turn = Math.max(startX, column.right);
    const middle = (turn + endX) / 2;
    const path = `M${startX} ${from.middle}H${turn}C${middle + 8} ${from.middle} ${middle - 8} ${y} ${endX} ${y}`;
    this.group(
      'act',
      colourOf(this.board.view.run, focus.actor),
      path,
      [endX - 9, y],
      [endX, y],
      focus.pill,
      middle,
      (from.middle + y) / 2
    );
  }

  wakes(focus) {
    const target = one(`#queue .chip[data-task="${focus.woken}"]:not(.ghost)`);
    const ghost = one('.thing .chip.ghost');
    if (!target || !ghost) return;
    const to = this.box(target),
      from = this.box(ghost),
      card = this.box(ghost.closest('.thing'));
    const list = this.box(byId('cards'));
    if (from.top < list.top - 4 || from.top > list.top + list.height) return;
    const [x, lane, edge, endX, y] = [from.left + from.width / 2, from.top - 6, card.right, to.left - 13, to.middle];
    const middle = (edge + endX) / 2;
    const rises = `M${x} ${from.top - 1}Q${x} ${lane} ${x + 8} ${lane}H${edge}`;
    const path = `${rises}C${middle + 10} ${lane} ${middle - 16} ${y} ${endX} ${y}`;
    this.group('wakes', 'var(--hot)', path, [endX - 9, y], [endX, y], 'wakes', middle, (lane + y) / 2);
  }

  group(kind, colour, path, before, tip, text, x, y) {
    const group = draw(
      'g',
      { class: kind, '--c': colour, '--on-c': kind === 'wakes' ? 'var(--on-hot)' : null },
      draw('path', { d: path }),
      arrowHead(before, tip, 12)
    );
    this.drawing.append(group);
    if (!text) return;
    const words = draw('text', { x, y: y + .5 }, text);
    group.append(words);
    const height = words.getBBox().height * 1.5,
      width = words.getComputedTextLength() + height * .8;
    group.insertBefore(draw('rect', { x: x - width / 2, y: y - height / 2, width, height, rx: height / 2 }), words);
  }
}
