import type { Page } from 'playwright-core';

/** More than any page of Haven has places to stop at. */
const MOST_STOPS = 80;

/** Moves the focus by the Tab key alone to the first element with a test id. @throws when it cannot be reached so */
export async function tabTo(page: Page, testId: string): Promise<void> {
  for (let stop = 0; stop < MOST_STOPS; stop += 1) {
    const reached = await page.evaluate(
      (id) => document.activeElement?.getAttribute('data-testid') === id,
      testId,
    );
    if (reached) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`the keyboard does not reach ${testId}`);
}

export async function pressOn(page: Page, testId: string, key = 'Enter'): Promise<void> {
  await tabTo(page, testId);
  await page.keyboard.press(key);
}
