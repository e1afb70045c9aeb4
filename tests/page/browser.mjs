// A headless Chromium with a page in it, that fails a test for every error and every request.

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { assemble } from './assemble.mjs';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

const { chromium } = await import('playwright-core').catch(() => ({ chromium: null }));

/** Why there is no browser; false if there is one. */
export const missing = !chromium
  ? 'playwright-core is not installed: npm ci in tests/page'
  : !existsSync(CHROMIUM) && `there is no ${CHROMIUM}`;

if (missing) console.error(`skipped: ${missing}`);

export class Browser {
  static async start() {
    const browser = new Browser();
    browser.chromium = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
    browser.folder = mkdtempSync(join(tmpdir(), 'greenlight-page-'));
    browser.files = 0;
    return browser;
  }

  async stop() {
    await this.chromium.close();
    rmSync(this.folder, { recursive: true });
  }

  /** Opens traces in a page of their own, from a file. */
  async open(traces, { hash = '', title = 'a test', sources, ...settings } = {}) {
    return this.openText(assemble(title, [traces].flat(), sources), hash, settings);
  }

  /** Opens a page that is put together already. */
  async openText(text, hash = '', settings = {}) {
    const file = join(this.folder, `${(this.files += 1)}.html`);
    writeFileSync(file, text);
    return this.openFile(file, hash, settings);
  }

  async openFile(file, hash = '', settings = {}) {
    const context = await this.chromium.newContext({ viewport: { width: 1440, height: 900 }, ...settings });
    const page = await context.newPage(),
      wrong = [],
      url = pathToFileURL(file).href;
    page.on('console', (message) => message.type() !== 'debug' && wrong.push(`console: ${message.text()}`));
    page.on('pageerror', (error) => wrong.push(`error: ${error.stack}`));
    page.on('request', (request) => request.url().split('#')[0] !== url && wrong.push(`request: ${request.url()}`));
    await page.goto(url + hash);
    return {
      page,
      close: async () => {
        await context.close();
        assert.deepEqual(wrong, []);
      }
    };
  }
}
