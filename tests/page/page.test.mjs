// The page in headless Chromium, from a file, as somebody uses it.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { assemble } from './assemble.mjs';
import { Browser, missing } from './browser.mjs';
import { SAMPLES, sample } from './samples.mjs';

const NAMES = Object.keys(SAMPLES).filter((name) => name !== 'many');

test('the page without data is under 100 kB', () => {
  assert.ok(Buffer.byteLength(assemble('', [], {})) < 100_000);
});

test('what is put in does not end a script before its end', () => {
  const page = assemble('a </title><script>', [sample('club')], { 'a.rs': '</script><script>alert(1)</script>' });
  assert.equal(page.match(/<\/script>/g).length, 3);
});

describe('in Chromium', { skip: missing }, () => {
  let browser;
  before(async () => { browser = await Browser.start(); });
  after(async () => { await browser.stop(); });

  const sentence = (page) => page.textContent('#sentence');
  const step = (page) => page.evaluate(() => window.page.step);

  test('every sample steps to its end and back, and shows the same from both sides', async () => {
    for (const name of NAMES) {
      const { page, close } = await browser.open(sample(name));
      const [forth, back] = await page.evaluate((stride) => {
        const seen = () => ['sentence', 'why', 'runner', 'ended', 'cards', 'queue', 'output'].map((id) => byId(id).textContent).join('\n');
        const forth = [], back = [];
        for (let step = 0; step <= window.page.run.count; step += stride) { window.page.go(step, false); forth.push(seen()); }
        for (let step = (forth.length - 1) * stride; step >= 0; step -= stride) { window.page.go(step, false); back.unshift(seen()); }
        return [forth, back];
      }, sample(name).length < 2000 ? 1 : 9);
      assert.deepEqual(back, forth, name);
      await close();
    }
  });

  test('a wake shows who woke whom, from where and to where', async () => {
    const { page, close } = await browser.open(sample('club'), { hash: '#s=41' });
    assert.equal(await sentence(page), 'bouncer notifies one at condition club → Alice wakes');
    assert.match(await page.textContent('#why'), /^Alice moves from the line of condition club to the back of the ready queue. It runs in the next turn.$/);
    assert.equal(await page.locator('#arrows g.act text').textContent(), 'notify one');
    assert.equal(await page.locator('#arrows g.wakes text').textContent(), 'wakes');
    const card = page.locator('.thing.touched');
    assert.deepEqual(await card.locator('.chip').evaluateAll((chips) => chips.map((chip) => [chip.querySelector('.name').textContent, chip.classList.contains('ghost')])), [['Alice', true], ['Bob', false]]);
    assert.equal(await page.locator('#queue .chip').textContent(), 'AAlice');
    assert.match(await page.locator('#source .on').textContent(), /club\.notify_one\(&guard\);/);
    assert.equal(await page.locator('#output div').count(), 3);
    await close();
  });
});
