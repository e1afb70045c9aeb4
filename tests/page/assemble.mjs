// Makes one file of the page, its traces and its sources, by the replacement that page/page.html describes.

import { existsSync, readFileSync } from 'node:fs';

export const ROOT = new URL('../../', import.meta.url);

export const read = (path) => readFileSync(new URL(path, ROOT), 'utf8');

/** The scripts in their order, as one text. */
export const scripts = (names = read('page/files.txt').trim().split('\n')) =>
  names.map((name) => read(`page/${name}`)).join('\n');

/** The text of each file that the lines of the traces name, or null. */
export function sourcesOf(traces) {
  const sources = {};
  for (const trace of traces) {
    for (const line of trace.split('\n').filter((each) => each.startsWith('{"line"'))) {
      const file = JSON.parse(line).at.replace(/:\d+:\d+$/s, '');
      sources[file] = existsSync(new URL(file, ROOT)) ? read(file) : null;
    }
  }
  return sources;
}

const trimmed = (text) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line && !line.startsWith('//'))
    .join('\n');

// Puts a skeleton together: lines that hold nothing but a mark are replaced.
const filled = (skeleton, parts) =>
  read(skeleton)
    .split('\n')
    .map((line) => parts[line] ?? line)
    .join('\n');

/** The rules of the style that both pages have, and the scripts of the page on which one is the scheduler. */
const SHARED = [':root{', '*{', '[hidden]{', ':focus-visible{', 'button{', '.card{', '.chip{', 'kbd{'];
const GRAPH = ['page/elements.js', 'demos/graph/board.js', 'demos/graph/graph.js'];

/** Makes the page on which one is the scheduler, as demos/graph.rs does. */
export function assembleGraph(data) {
  const rules = read('page/style.css')
    .split(/(?<=\n}\n)/)
    .map((rule) => trimmed(rule));
  const shared = rules.filter((rule) => SHARED.some((first) => rule.startsWith(first)));
  return filled('demos/graph/graph.html', {
    '/*{style}*/': [...shared, trimmed(read('demos/graph/graph.css'))].join('\n'),
    '/*{script}*/': GRAPH.map((file) => trimmed(read(file))).join('\n'),
    '<!--{title}-->': JSON.parse(data).title,
    '<!--{data}-->': `<script type="application/json" id="data">${data.replaceAll('<', '\\u003c')}</script>`
  });
}

export function assemble(title, traces, sources = sourcesOf(traces)) {
  const escaped = (text) => text.replaceAll('<', '\\u003c');
  const data = traces.map((trace) => `<script type="text/plain" class="trace">\n${escaped(trace)}</script>`);
  data.push(`<script type="application/json" id="sources">${escaped(JSON.stringify(sources))}</script>`);
  const parts = {
    '/*{style}*/': trimmed(read('page/style.css')),
    '/*{script}*/': trimmed(scripts()),
    '<!--{title}-->': title.replaceAll('&', '&amp;').replaceAll('<', '&lt;'),
    '<!--{data}-->': data.join('\n')
  };
  return filled('page/page.html', parts);
}
