// Compares the page's own states with those of another reader: for each NAME.jsonl in a folder, the lines of
// NAME.states are the states after each event. Usage: node states.mjs FOLDER

import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const { Run, canonicalAt } = createRequire(import.meta.url)('../../page/canonical.js');

const folder = process.argv[2];
const names = readdirSync(folder).filter((name) => name.endsWith('.jsonl'));
let states = 0;
for (const name of names) {
  const run = new Run(readFileSync(join(folder, name), 'utf8'));
  const expected = readFileSync(join(folder, name.replace('.jsonl', '.states')), 'utf8')
    .trimEnd()
    .split('\n');
  if (run.count !== expected.length) throw new Error(`${name} has ${run.count} events, and ${expected.length} states`);
  expected.forEach((state, at) => {
    const own = canonicalAt(run, at + 1);
    if (own !== state)
      throw new Error(`${name}, event ${at + 1}, ${JSON.stringify(run.trace.rows[at + 1])}:\n${own}\n${state}`);
  });
  states += expected.length;
}
console.log(`${names.length} traces, ${states} states are the same`);
