// The book as mdBook builds it: without a warning, with links that hold, and read in headless Chromium by day, by night
// and on a phone.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ROOT } from './assemble.mjs';
import { Browser, missing as noBrowser } from './browser.mjs';

const MADE = fileURLToPath(new URL('docs/book/made/', ROOT));
const noBook = spawnSync('mdbook', ['--version']).error && 'there is no mdbook: docs/TESTING.md says how to install it';
const missing = noBook || noBrowser;
if (missing) {
  console.error(`skipped: the book is not looked at: ${missing}`);
  assert.notEqual(process.env.CI, 'true', 'where CI is true, nothing is skipped');
}

/** The chapters: what mdBook makes besides is one page of all of them, and one for addresses that are wrong. */
const NO_CHAPTERS = ['print.html', '404.html', 'toc.html'];
const chapters = () => readdirSync(MADE).filter((file) => file.endsWith('.html') && !NO_CHAPTERS.includes(file));

const text = (file) => readFileSync(file, 'utf8');
const unescaped = (link) => decodeURIComponent(link.replaceAll('&amp;', '&').replaceAll('&#x27;', "'"));

describe('the book', { skip: noBook }, () => {
  test('is built without a warning', () => {
    const cargo = ['run', '--quiet', '--package', 'greenlight-book'];
    const built = spawnSync('cargo', cargo, { encoding: 'utf8', cwd: fileURLToPath(ROOT) });
    assert.equal(built.status, 0, built.stderr);
    assert.equal(built.stderr, '');
    assert.equal(built.stdout.trim(), join(MADE, 'index.html'));
  });

  test('leads nowhere that is not there', () => {
    const wrong = [];
    let links = 0;
    for (const file of chapters()) {
      const page = text(join(MADE, file));
      for (const [, link] of page.matchAll(/\s(?:href|src)="([^"]+)"/g)) {
        if (/^[a-z]+:/.test(link)) continue;
        links += 1;
        const [path, anchor] = unescaped(link).split('#');
        const target = path ? normalize(join(dirname(join(MADE, file)), path)) : join(MADE, file);
        const isChapter = target.endsWith('.html') && !target.includes('/made/made/');
        if (!existsSync(target)) wrong.push(`${file}: ${link}`);
        else if (anchor && isChapter && !text(target).includes(`id="${anchor}"`))
          wrong.push(`${file}: ${link} has no such heading`);
      }
    }
    assert.deepEqual(wrong, []);
    assert.ok(links > 500, `${links} links were found`);
  });
});

describe('the book in Chromium', { skip: missing }, () => {
  let browser;
  before(async () => {
    browser = await Browser.start();
  });
  after(async () => {
    await browser.stop();
  });

  // Opens chapters one after the other. Nothing in them may come from elsewhere, or go wrong.
  async function read(files, settings, look) {
    const context = await browser.chromium.newContext({ viewport: { width: 1280, height: 900 }, ...settings });
    const page = await context.newPage(),
      wrong = [];
    page.on('console', (message) => ['error', 'warning'].includes(message.type()) && wrong.push(message.text()));
    page.on('pageerror', (error) => wrong.push(error.stack));
    // What is still on its way when the next chapter is opened has not failed.
    const hasFailed = (request) => request.failure().errorText !== 'net::ERR_ABORTED';
    page.on('requestfailed', (request) => hasFailed(request) && wrong.push(`failed: ${request.url()}`));
    page.on('request', (request) => /^(file|data|blob):/.test(request.url()) || wrong.push(`request: ${request.url()}`));
    try {
      for (const file of files) {
        await page.goto(pathToFileURL(join(MADE, file)).href);
        await look(page, file);
        assert.deepEqual(wrong, [], file);
      }
    } finally {
      await context.close();
    }
  }

  // How far a page reaches beyond its window, and what of it does.
  const overflow = (page) =>
    page.evaluate(() => {
      const width = document.documentElement.clientWidth;
      const overflow = (element) => getComputedStyle(element).overflowX;
      const scrolls = (element) =>
        element && (/auto|scroll|hidden/.test(overflow(element)) || scrolls(element.parentElement));
      const wide = [...document.querySelectorAll('main *')].filter(
        (element) => element.getBoundingClientRect().right > width + 1 && !scrolls(element.parentElement)
      );
      return [document.documentElement.scrollWidth - width, wide.map((element) => element.outerHTML.slice(0, 80))];
    });

  // How a picture is seen: the colour of its text and that of the page, as they are on the screen, and its smallest
  // text.
  const seen = (svg) => {
    const onScreen = (colour) => {
      const context = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d');
      context.fillStyle = colour;
      context.fillRect(0, 0, 1, 1);
      return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
    };
    const style = (element) => getComputedStyle(element);
    const texts = [...svg.querySelectorAll('text')];
    const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
    return {
      text: onScreen(style(texts[0]).fill),
      page: onScreen(style(document.documentElement).backgroundColor),
      smallest: Math.min(...texts.map((text) => parseFloat(style(text).fontSize) * scale)),
      label: svg.getAttribute('aria-label')
    };
  };

  for (const [name, settings] of [
    ['by day', { colorScheme: 'light' }],
    ['by night', { colorScheme: 'dark' }],
    ['on a phone', { colorScheme: 'dark', viewport: { width: 380, height: 800 } }]
  ]) {
    test(`every chapter stays within its window ${name}, its answers unfold, and its pictures are seen`, async () => {
      let pictures = 0;
      await read(chapters(), settings, async (page, file) => {
        const answers = await page.locator('details.see').all();
        if (answers.length) await answers[0].locator('summary').click();
        const open = await page.evaluate(() => {
          const all = [...document.querySelectorAll('details.see')].map((details) => [details, details.open]);
          all.forEach(([details]) => (details.open = true));
          return all.map(([, open]) => open);
        });
        assert.deepEqual(
          open,
          answers.map((_, at) => at === 0),
          `${file}: answers are folded, and unfold by a click`
        );
        assert.deepEqual(await overflow(page), [0, []], file);
        for (const picture of await page.evaluate(`[...document.querySelectorAll('svg.run')].map(${seen})`)) {
          pictures += 1;
          const apart = Math.max(...picture.text.map((part, at) => Math.abs(part - picture.page[at])));
          assert.ok(apart > 100, `${file}: ${picture.text} on ${picture.page}`);
          assert.ok(picture.smallest >= 9.5, `${file}: ${picture.label} has text of ${picture.smallest} pixels`);
          assert.match(picture.label, /^a run: \d+ tasks?, \d+ polls?, \d+ wakes?$/);
        }
        if (process.env.GREENLIGHT_SHOTS) {
          const shot = `book-${file.replace('.html', '')}-${name.replaceAll(' ', '-')}.png`;
          await page.screenshot({ path: join(process.env.GREENLIGHT_SHOTS, shot), fullPage: true });
        }
      });
      assert.ok(pictures >= 12, `${pictures} pictures were found`);
    });
  }

  test('a replay page that is part of a chapter works', async () => {
    const having = chapters().filter((file) => text(join(MADE, file)).includes('<iframe'));
    assert.ok(having.length >= 1, 'a chapter has a replay page in it');
    await read(having, {}, async (page, file) => {
      for (const frame of await page.locator('iframe').all()) {
        await frame.evaluate((frame) => frame.closest('details')?.setAttribute('open', ''));
        await frame.scrollIntoViewIfNeeded();
        const inside = frame.contentFrame();
        const step = () => inside.locator('#spoken').textContent();
        const [, opens] = (await frame.getAttribute('src')).split('#s=');
        const place = await inside.locator('#place').textContent();
        assert.match(place, new RegExp(`step ${opens} of `), `${file}: where the replay page opens`);
        await inside.locator('body').click({ position: { x: 3, y: 3 } });
        const before = await step();
        await page.keyboard.press('ArrowRight');
        await page.waitForTimeout(200);
        assert.notEqual(await step(), before, `${file}: the replay page does not step`);
      }
    });
  });

  test('every page for a projector opens, and steps', async () => {
    const slides = [...text(join(MADE, 'projector.html')).matchAll(/href="(made\/[^"]+)"/g)].map(([, page]) => page);
    assert.ok(slides.length >= 10, `${slides.length} pages are linked`);
    await read(slides, { viewport: { width: 1024, height: 768 } }, async (page, slide) => {
      const before = await page.locator('#spoken').textContent();
      await page.keyboard.press('ArrowRight');
      await page.waitForFunction((before) => document.querySelector('#spoken').textContent !== before, before);
      assert.deepEqual(await overflow(page), [0, []], slide);
    });
  });

  test('the search finds the words that learners use', async () => {
    await read(['index.html'], {}, async (page) => {
      await page.click('#mdbook-search-toggle');
      for (const words of ['hang', 'stuck', 'never runs', 'waker']) {
        await page.fill('#mdbook-searchbar', '');
        await page.locator('#mdbook-searchbar').pressSequentially(words);
        const header = page.locator('#mdbook-searchresults-header').getByText(`for '${words}'`);
        await header.waitFor({ timeout: 5000 });
        const found = await page.locator('#mdbook-searchresults li a').allInnerTexts();
        assert.ok(found.length >= 1, `${words} is found nowhere`);
      }
    });
  });

  test('the theme of the reader is that of the page', async () => {
    for (const [colorScheme, theme] of [
      ['light', 'light'],
      ['dark', 'navy']
    ]) {
      await read(['index.html'], { colorScheme }, async (page) => {
        assert.ok((await page.locator('html').getAttribute('class')).split(' ').includes(theme), colorScheme);
      });
    }
  });
});
