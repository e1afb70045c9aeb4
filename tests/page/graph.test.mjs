// The page on which one is the scheduler, in headless Chromium, from a file, as somebody plays it.

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { ROOT, assembleGraph, read } from './assemble.mjs';
import { Browser, missing } from './browser.mjs';

const graph = (name) => read(`tests/page/graphs/${name}.json`);
const NAMES = readdirSync(new URL('tests/page/graphs/', ROOT)).map((file) => file.replace('.json', ''));

describe('in Chromium', { skip: missing }, () => {
  let browser;
  before(async () => {
    browser = await Browser.start();
  });
  after(async () => {
    await browser.stop();
  });

  const open = (name, hash = '', settings = {}) => browser.openText(assembleGraph(graph(name)), hash, settings);
  const hash = (page) => new URL(page.url()).hash;
  const schedule = (page) => page.inputValue('#schedule');
  const choices = (page) => page.locator('button.choice').evaluateAll((all) => all.map((each) => each.dataset.pick));
  const text = (page, selector) => page.locator(selector).innerText();

  // Picks, and waits until the page is there.
  async function pick(page, which) {
    const from = hash(page);
    await page.click(`button.choice[data-pick="${which}"]`);
    await page.waitForFunction((from) => location.hash !== from, from);
  }

  test('who is ready is there in order, and the ordinary order is marked', async () => {
    const { page, close } = await open('last-seat');
    assert.match(await text(page, '#goal'), /Find a schedule that fails: 6 of the 10 ends in here do\.$/);
    assert.deepEqual(await choices(page), ['0']);
    await pick(page, 0);
    assert.deepEqual(await choices(page), ['1', '2']);
    assert.equal(await page.locator('.choice.ordinary').getAttribute('data-pick'), '1');
    assert.match(await text(page, '.choice[data-pick="2"]'), /bob\s+poll 1\s+\+1 deviation/);
    assert.match(await text(page, '#happened'), /main runs/);
    await close();
  });

  test('the ordinary order passes, and Enter plays it', async () => {
    const { page, close } = await open('last-seat');
    await page.evaluate(() => document.activeElement.blur());
    while (await page.locator('button.choice').count()) {
      const from = hash(page);
      await page.keyboard.press('Enter');
      await page.waitForFunction((from) => location.hash !== from, from);
    }
    assert.equal(await text(page, '.end h3'), 'It passes.');
    assert.equal(await schedule(page), 'gl1:');
    assert.equal(await page.locator('#deviations').innerText(), '0 deviations');
    await close();
  });

  test('one deviation leads to a failure, which is told with its schedule', async () => {
    const { page, close } = await open('two-locks');
    for (const task of [0, 1, 2, 2, 2, 1]) await pick(page, task);
    assert.match(await text(page, '.end h3'), /^You found it: a stall: alice waits for lock `cash` and bob waits/);
    assert.match(await text(page, '.end'), /1 deviation\. Only where the order is not FIFO\. The fewest in here: 1\./);
    assert.match(
      await text(page, '.end pre'),
      /a circle of waits: alice -> lock `cash` -> bob -> lock `savings` -> alice/
    );
    assert.equal(await schedule(page), 'gl1:1@2');
    assert.equal(await page.locator('#path .deviates').count(), 1);
    assert.deepEqual(
      await page.locator('[data-thing="lock cash"] .chip .name').allInnerTexts(),
      ['bob', 'alice'],
      'held by Bob, and Alice waits'
    );
    assert.match(await page.textContent('#spoken'), /It fails: a stall/);
    await close();
  });

  test('back, restart and a step of the way lead to where one was', async () => {
    const { page, close } = await open('two-locks', '#0.1.2.2');
    await page.click('[data-key="u"]');
    await page.waitForFunction(() => location.hash === '#0.1.2');
    assert.equal(await schedule(page), 'gl1:');
    await page.click('#path li:nth-child(2) button');
    await page.waitForFunction(() => location.hash === '#0.1');
    await page.click('[data-key="r"]');
    await page.waitForFunction(() => location.hash === '');
    assert.deepEqual(await choices(page), ['0']);
    assert.ok(await page.isDisabled('[data-key="u"]'));
    await close();
  });

  test('a link leads to the very place, and the browser goes back and forward', async () => {
    const { page, close } = await open('two-locks', '#0.1.2.2');
    const seen = () => page.evaluate(() => document.querySelector('main').innerText);
    const before = await seen();
    await page.reload();
    assert.equal(await seen(), before);
    await pick(page, 2);
    const behind = await seen();
    await page.goBack();
    assert.equal(await seen(), before);
    await page.goForward();
    assert.equal(await seen(), behind);
    await close();
  });

  test('an address that leads nowhere is followed as far as there is a way', async () => {
    const { page, close } = await open('last-seat', '#0.7.1');
    assert.equal(await page.locator('#path li').count(), 1);
    assert.match(await text(page, '#happened'), /there is no such way in this page/);
    await pick(page, 1);
    assert.equal(hash(page), '#0.1');
    await close();
  });

  test('the hint leads to a failure with the fewest deviations from the start, and from a detour', async () => {
    const detours = { 'last-seat': '#0.2', 'two-locks': '#0.2', 'late-timeout': '#0.1', 'lost-baton': '#0.1' };
    for (const [name, detour] of Object.entries(detours)) {
      for (const start of ['', detour]) {
        const { page, close } = await open(name, start);
        while (!(await page.isDisabled('[data-key="h"]'))) {
          const from = hash(page);
          await page.keyboard.press('h');
          await page.waitForFunction((from) => location.hash !== from, from);
        }
        assert.match(await text(page, '.end h3'), /^You found it: /, `${name}${start}`);
        const made = (await schedule(page)).slice('gl1:'.length).split(',').length;
        if (!start) assert.equal(made, 1, name);
        await close();
      }
    }
  });

  test('time that jumps, and a cancel, are picks of their own', async () => {
    const late = await open('late-timeout');
    while (!(await choices(late.page)).includes('late')) await pick(late.page, (await choices(late.page))[0]);
    await pick(late.page, 'late');
    assert.match(await text(late.page, '#happened'), /^time jumps/);
    assert.match(await schedule(late.page), /^gl1:late:\d+@\d+$/);
    await late.close();
    const cancelled = await open('lost-baton');
    while (!(await choices(cancelled.page)).includes('x1'))
      await pick(cancelled.page, (await choices(cancelled.page))[0]);
    await pick(cancelled.page, 'x1');
    assert.match(await text(cancelled.page, '#happened'), /^alice is cancelled/);
    assert.match(await schedule(cancelled.page), /^gl1:cancel1:\d+@\d+$/);
    await cancelled.close();
  });

  test('where every end passes, that is said', async () => {
    const { page, close } = await open('two-locks-repaired');
    assert.match(await text(page, '#goal'), /No end in here fails, of 7/);
    assert.ok(await page.isDisabled('[data-key="h"]'));
    await close();
  });

  test('what is cut is said, at the foot and where it goes on', async () => {
    const { page, close } = await open('two-locks-cut');
    assert.match(await text(page, '#cut'), /3 places lead on to what is not in it\.$/);
    const cut = await page.evaluate(() => {
      const ways = [[]];
      for (const way of ways) {
        const node = way.reduce((node, edge) => DATA.nodes[edge[TO]], DATA.nodes[DATA.start]);
        if (node[IS_CUT]) return way.map((edge) => written(edge[PICK])).join('.');
        ways.push(...node[EDGES].map((edge) => [...way, edge]));
      }
    });
    await page.evaluate((cut) => (location.hash = cut), cut);
    await page.waitForSelector('p.choice');
    assert.match(await text(page, '#choices'), /It goes on, but not in this page/);
    await close();
  });

  test('keys and buttons do the same, and the focus stays among the choices', async () => {
    const { page, close } = await open('last-seat');
    for (const [key, to] of [
      ['1', '#0'],
      ['2', '#0.2'],
      ['u', '#0'],
      ['Backspace', ''],
      ['h', '#0'],
      ['r', '']
    ]) {
      await page.keyboard.press(key);
      await page.waitForFunction((to) => location.hash === to, to);
    }
    await page.focus('button.choice');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => location.hash === '#0');
    assert.equal(await page.evaluate(() => document.activeElement.dataset.pick), '1');
    await close();
  });

  test('the schedule is copied', async () => {
    const { page, close } = await open('two-locks', '#0.1.2.2', { permissions: ['clipboard-read'] });
    await page.click('#copy');
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), await schedule(page));
    await close();
  });

  test('every place of every page shows, on a phone without a scroll to the side, in the dark, too', async () => {
    const phone = { viewport: { width: 360, height: 740 }, colorScheme: 'dark' };
    for (const name of NAMES) {
      const { page, close } = await open(name, '', phone);
      const wide = await page.evaluate(() => {
        const seen = new Set(),
          wide = [],
          ways = [[DATA.start, []]];
        for (const [number, way] of ways) {
          if (seen.has(number)) continue;
          seen.add(number);
          window.page.follow(way);
          if (document.documentElement.scrollWidth > innerWidth) wide.push(way.join('.'));
          ways.push(...DATA.nodes[number][EDGES].map((edge) => [edge[TO], [...way, written(edge[PICK])]]));
        }
        return { wide, seen: seen.size, all: DATA.nodes.length };
      });
      assert.deepEqual(wide, { wide: [], seen: wide.all, all: wide.all }, name);
      const [ground, ink] = await page.evaluate(() =>
        ['backgroundColor', 'color'].map((key) => getComputedStyle(document.body)[key])
      );
      assert.notEqual(ground, 'rgb(244, 246, 248)');
      assert.notEqual(ink, 'rgb(26, 35, 48)');
      await close();
    }
  });

  test('what is written can be read: its contrast is 4.5 or more', async () => {
    for (const colorScheme of ['light', 'dark']) {
      for (const hash of ['#0.1.2', '#0.1.2.2.2.1']) {
        const { page, close } = await open('two-locks', hash, { colorScheme });
        const faint = await page.evaluate(() => {
          const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
          const lightness = (colour) => {
            canvas.fillStyle = colour;
            canvas.fillRect(0, 0, 1, 1);
            const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((part) =>
              part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4
            );
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          const ground = (element) => {
            const { backgroundColor } = getComputedStyle(element);
            return backgroundColor === 'rgba(0, 0, 0, 0)' && element.parentElement
              ? ground(element.parentElement)
              : backgroundColor;
          };
          const isText = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
          const shown = [...document.body.querySelectorAll('*')].filter(
            (element) => isText(element) && element.checkVisibility() && !element.matches(':disabled, script, style')
          );
          return shown
            .map((element) => {
              const [one, other] = [getComputedStyle(element).color, ground(element)].map(lightness);
              const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
              return [element.textContent.slice(0, 40), Math.round(contrast * 10) / 10];
            })
            .filter(([, contrast]) => contrast < 4.5);
        });
        assert.deepEqual(faint, [], `${colorScheme} ${hash}`);
        await close();
      }
    }
  });

  test('pictures for whoever changes how it looks', { skip: !process.env.GREENLIGHT_SHOTS }, async () => {
    for (const [name, hash] of [
      ['two-locks', '#0.1.2.2.2'],
      ['two-locks', '#0.1.2.2.2.1'],
      ['late-timeout', '#0.1.1'],
      ['lost-baton', '#0.1.2']
    ])
      for (const colorScheme of ['light', 'dark'])
        for (const [size, viewport] of Object.entries({
          wide: { width: 1440, height: 900 },
          phone: { width: 390, height: 844 }
        })) {
          const { page, close } = await open(name, hash, { colorScheme, viewport });
          const file = `graph-${name}-${hash.length}-${colorScheme}-${size}.png`;
          await page.screenshot({ path: `${process.env.GREENLIGHT_SHOTS}/${file}`, fullPage: true });
          await close();
        }
  });
});
