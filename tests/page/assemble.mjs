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

export function assemble(title, traces, sources = sourcesOf(traces)) {
  const escaped = (text) => text.replaceAll('<', '\\u003c');
  const data = traces.map((trace) => `<script type="text/plain" class="trace">\n${escaped(trace)}</script>`);
  data.push(`<script type="application/json" id="sources">${escaped(JSON.stringify(sources))}</script>`);
  const trimmed = (text) =>
    text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line && !line.startsWith('//'))
      .join('\n');
  const parts = {
    '/*{style}*/': trimmed(read('page/style.css')),
    '/*{script}*/': trimmed(scripts()),
    '<!--{title}-->': title.replaceAll('&', '&amp;').replaceAll('<', '&lt;'),
    '<!--{data}-->': data.join('\n')
  };
  return read('page/page.html')
    .split('\n')
    .map((line) => parts[line] ?? line)
    .join('\n');
}
