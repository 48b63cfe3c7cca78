/** Every page keeps to the content security policy that the server sends with it: a browser reports no violation. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { PAGES } from '../server/src/http/app.ts';
import { testIds } from '../web/src/test-ids.ts';
import { launchChromium, signInOnPage } from './support/browser.ts';
import { startDevice } from './support/device-agent.ts';
import { HavenServer, type User } from './support/haven-server.ts';
import type { Program } from './support/process.ts';

/** In the page: keeps what the browser reports, over all that the page does. */
function keepViolations(): void {
  const violations: string[] = [];
  Object.assign(globalThis, { violations });
  document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sample }) =>
    violations.push(`${violatedDirective} ${blockedURI} ${sample}`),
  );
}
const violations = (page: Page) => page.evaluate(() => Reflect.get(globalThis, 'violations') as string[]);

describe('the content security policy', () => {
  let server: HavenServer;
  let device: Program;
  let browser: Browser;
  beforeAll(async () => {
    server = await HavenServer.start({ HAVEN_CV_WORKERS: '0' });
    device = await startDevice(server, 'P-101', '--synthetic', 'hr=72', '--size', '320x240', '--fps', '10');
    browser = await launchChromium();
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await device.stop();
    await server.stop();
  }, 30_000);

  async function open(user?: User): Promise<Page> {
    const page = await (await browser.newContext()).newPage();
    await page.addInitScript(keepViolations);
    if (user !== undefined) {
      await signInOnPage(page, server.url, user);
      await page.waitForURL((url) => url.pathname !== '/sign-in');
    }
    return page;
  }

  test('is kept by what everybody sees', async () => {
    const page = await open();
    for (const path of ['/sign-in', '/publish']) {
      await page.goto(server.url + path, { waitUntil: 'networkidle' });
      expect(await violations(page)).toEqual([]);
    }
  }, 60_000);

  test('is kept by a wall that plays', async () => {
    const page = await open(server.user);
    await page.getByTestId(testIds.tile('P-101')).waitFor();
    await page.waitForFunction(
      (testId) =>
        Number(document.querySelector<HTMLElement>(`[data-testid="${testId}"]`)?.dataset.frameWidth) > 0,
      testIds.tile('P-101'),
    );
    expect(await violations(page)).toEqual([]);
  }, 60_000);

  test("is kept by every page of an administrator's", async () => {
    const page = await open(server.administrator);
    for (const path of PAGES) {
      await page.goto(server.url + path, { waitUntil: 'load' });
      await page.getByRole('main').first().waitFor();
      expect({ path, violations: await violations(page) }).toEqual({ path, violations: [] });
    }
  }, 120_000);

  test('forbids what a page must never do: inline scripts, markup from text, frames, foreign connections', async () => {
    const page = await open();
    await page.goto(`${server.url}/sign-in`);
    await page.evaluate(async () => {
      const script = document.createElement('script');
      script.append('globalThis.injected = true');
      document.body.append(script);
      try {
        document.body.insertAdjacentHTML('beforeend', '<p>markup</p>');
      } catch {
        // Reported as well.
      }
      const frame = document.createElement('iframe');
      frame.src = '/sign-in';
      document.body.append(frame);
      await fetch('https://elsewhere.example/').catch(() => undefined);
    });
    expect(await page.evaluate(() => Reflect.get(globalThis, 'injected') as unknown)).toBeUndefined();
    const reported = (await violations(page)).join('\n');
    for (const directive of ['require-trusted-types-for', 'connect-src', 'frame-src'])
      expect(reported).toContain(directive);
  }, 30_000);
});
