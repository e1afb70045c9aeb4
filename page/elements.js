'use strict';
// Makes elements. All text goes in as text nodes, so nothing that a program says or is called can be markup.

const byId = (id) => document.getElementById(id);

// An element: `div.card#id`, its attributes, its children; those that are null or false are left out.
function make(kind, attributes = {}, ...children) {
  const [, tag, id, classes] = /^(\w+)(?:#([\w-]+))?((?:\.[\w-]+)*)$/.exec(kind);
  const element = document.createElement(tag);
  if (id) element.id = id;
  if (classes) element.className = classes.slice(1).replaceAll('.', ' ');
  return dress(element, attributes, children);
}

// The same for drawings.
function draw(tag, attributes = {}, ...children) {
  return dress(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);
}

function dress(element, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value == null || value === false) continue;
    if (key.startsWith('--')) element.style.setProperty(key, value);
    else if (key === 'onclick') element.addEventListener('click', value);
    else element.setAttribute(key, value);
  }
  element.append(...children.flat().filter((child) => child != null && child !== false));
  return element;
}

// The colours of tasks, on light and on dark ground: apart from each other, and from orange, which is the step's.
const COLOURS = [
  ['#0067b1', '#6cb6f5'], ['#00775a', '#45cf9f'], ['#7a3fb8', '#c4a0f3'], ['#b02a80', '#f08cc8'], ['#00728c', '#50c8e0'],
  ['#6b6600', '#cdc450'], ['#7a5131', '#d9af87'], ['#4150c4', '#9ba8ff'], ['#4a770f', '#a4d563'], ['#8e2a4c', '#f095b2'],
  ['#4b5b6b', '#a9b7c5'],
];

function colourOf(names, number) {
  const [light, dark] = COLOURS[names.hues.get(number) ?? HUES];
  return `light-dark(${light}, ${dark})`;
}

// A sentence in its colours.
function phrase(names, parts) {
  return parts.map((part) => {
    if (typeof part === 'string') return part;
    if ('task' in part) {
      const name = names.task(part.task);
      return make('span.name.task', { '--c': colourOf(names, part.task), title: name }, brief(name));
    }
    const name = names.object(part.object);
    return make('span.name.object', { title: name }, brief(name));
  });
}
