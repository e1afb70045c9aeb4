// Makes elements. All text goes in as text nodes, so nothing that a program says or is called can be markup.

const byId = (id) => document.getElementById(id);
const one = (selector) => document.querySelector(selector);
const all = (selector) => document.querySelectorAll(selector);

// An element: `div.card.open`, its attributes if it has any, its children; those that are null or false are left out.
function make(kind, ...rest) {
  const [tag, ...classes] = kind.split('.'),
    element = document.createElement(tag);
  if (classes.length) element.className = classes.join(' ');
  return dress(element, rest);
}

// The same for drawings.
function draw(tag, ...rest) {
  return dress(document.createElementNS('http://www.w3.org/2000/svg', tag), rest);
}

function dress(element, [first, ...rest]) {
  const isPlain = first != null && Object.getPrototypeOf(first) === Object.prototype;
  for (const [key, value] of isPlain ? Object.entries(first) : []) {
    if (value == null || value === false) continue;
    if (key.startsWith('--')) element.style.setProperty(key, value);
    else if (key === 'onclick') element.addEventListener('click', value);
    else element.setAttribute(key, value);
  }
  element.append(...(isPlain ? rest : [first, ...rest]).flat(3).filter((child) => child != null && child !== false));
  return element;
}

// The colours of tasks, on light and on dark ground: apart from each other, and from orange, which is the step's.
const COLOURS = [
  ['#0067b1', '#6cb6f5'],
  ['#00775a', '#45cf9f'],
  ['#7a3fb8', '#c4a0f3'],
  ['#b02a80', '#f08cc8'],
  ['#00728c', '#50c8e0'],
  ['#6b6600', '#cdc450'],
  ['#7a5131', '#d9af87'],
  ['#4150c4', '#9ba8ff'],
  ['#4a770f', '#a4d563'],
  ['#8e2a4c', '#f095b2'],
  ['#4b5b6b', '#a9b7c5']
];

function colourOf(run, task) {
  const [light, dark] = COLOURS[run.hues.get(task) ?? HUES];
  return `light-dark(${light}, ${dark})`;
}

// A sentence in its colours.
function phrase(run, parts) {
  return parts.map((part) => {
    if (typeof part === 'string') return part;
    const name = run.nameOf(part),
      title = { title: name };
    return 'task' in part
      ? make('span.name.task', { '--c': colourOf(run, part.task), 'data-tells': part.task, ...title }, brief(name))
      : make('span.name.object', { 'data-goes': part.object, ...title }, brief(name));
  });
}
