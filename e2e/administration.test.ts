/**
 * What administrators and auditors do in a browser, against the whole server: a ward is set up, somebody is let in and
 * shut out again, and the auditor reads and verifies that all of it is in the trail.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { testIds } from '../web/src/test-ids.ts';
import { launchChromium, signInOnPage } from './support/browser.ts';
import { startDevice } from './support/device-agent.ts';
import { HavenServer, type User } from './support/haven-server.ts';
import { until, type Program } from './support/process.ts';

const SIZES = [
  { width: 1440, height: 900 },
  { width: 1024, height: 768 },
];
const NURSE = 'nora@example.org';
const PASSWORD = 'seven lanterns over the harbour';

describe('administration in a browser', () => {
  let server: HavenServer;
  let browser: Browser;
  let administrator: Page;
  let nurse: Page;
  let device: Program | undefined;
  let oneTime: User;

  beforeAll(async () => {
    server = await HavenServer.start();
    browser = await launchChromium();
    administrator = await newPage();
    nurse = await newPage();
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await device?.stop();
    await server.stop();
  }, 30_000);

  async function newPage(): Promise<Page> {
    const page = await (await browser.newContext({ viewport: SIZES[0] })).newPage();
    page.setDefaultTimeout(10_000);
    return page;
  }
  async function open(page: Page, name: string): Promise<void> {
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name, exact: true }).click();
  }
  async function seriousProblems(page: Page): Promise<string[]> {
    const found: string[] = [];
    for (const size of SIZES) {
      await page.setViewportSize(size);
      const { violations } = await new AxeBuilder({ page }).analyze();
      for (const { id, impact } of violations)
        if (impact === 'serious' || impact === 'critical') found.push(id);
    }
    await page.setViewportSize(SIZES[0]);
    return found;
  }

  test('an administrator is led to the users, an auditor to the trail', async () => {
    await signInOnPage(administrator, server.url, server.credentials('administrator@haven.local'));
    await administrator.getByRole('heading', { name: 'Users' }).waitFor();
    expect(await seriousProblems(administrator)).toEqual([]);
  });

  test('a room is added by the keyboard alone', async () => {
    await open(administrator, 'Rooms');
    const add = administrator.getByRole('button', { name: 'Add a room' });
    await until('the heading to have the focus', 5000, () =>
      administrator.evaluate(() => document.activeElement?.tagName === 'H1'),
    );
    await administrator.keyboard.press('Tab');
    await administrator.keyboard.press('Tab');
    await administrator.keyboard.press('Enter');
    await administrator.getByRole('dialog').waitFor();
    await administrator.keyboard.type('ward-b');
    await administrator.keyboard.press('Tab');
    await administrator.keyboard.type('Ward B');
    await administrator.keyboard.press('Enter');
    await administrator.getByRole('rowheader', { name: 'Ward B' }).waitFor();
    expect(await add.evaluate((button) => button === document.activeElement)).toBe(true);
    await administrator.keyboard.press('Enter');
    await administrator.keyboard.press('Escape');
    await administrator.getByRole('dialog').waitFor({ state: 'detached' });
  });

  test('a patient is admitted to it, and gets a device whose token is shown once', async () => {
    await open(administrator, 'Patients');
    await administrator.getByRole('button', { name: 'Admit a patient' }).click();
    await administrator.getByLabel('Id').fill('P-201');
    await administrator.getByLabel('Name').fill('Nell Invented');
    await administrator.getByLabel('Room').selectOption('ward-b');
    await administrator.getByLabel('Bed').fill('B1');
    await administrator.getByRole('button', { name: 'Admit', exact: true }).click();
    await administrator.getByRole('rowheader', { name: 'P-201' }).waitFor();

    await open(administrator, 'Devices');
    await administrator.getByRole('button', { name: 'Add a device' }).click();
    await administrator.getByLabel('Patient’s id').fill('P-201');
    await administrator.getByLabel('Name').fill('Bed B1');
    await administrator.getByRole('button', { name: 'Add', exact: true }).click();
    const token = administrator.getByLabel('Token of Bed B1');
    expect(await token.inputValue()).toMatch(/^hvd_/);
    expect(await seriousProblems(administrator)).toEqual([]);
    await administrator.getByRole('button', { name: 'I have it' }).click();
    await administrator.getByRole('rowheader', { name: 'Bed B1' }).waitFor();
    expect(await token.count()).toBe(0);
  });

  test('a user is added with a role and a room', async () => {
    await open(administrator, 'Users');
    await administrator.getByRole('button', { name: 'Add a user' }).click();
    await administrator.getByLabel('E-mail address').fill(NURSE);
    await administrator.getByLabel('Name').fill('Nora Night');
    await administrator.getByLabel('Clinician').check();
    await administrator.getByLabel('Ward B (ward-b)').check();
    await administrator.getByRole('button', { name: 'Add', exact: true }).click();
    const password = await administrator.getByLabel(`Password of ${NURSE}`).inputValue();
    oneTime = { email: NURSE, password };
    await administrator.getByRole('button', { name: 'I have it' }).click();
    await administrator.getByRole('rowheader', { name: 'Nora Night' }).waitFor();
  });

  test('the user chooses a password at the first sign-in, and sees the room', async () => {
    await signInOnPage(nurse, server.url, oneTime);
    await nurse.getByLabel('Password that you were given').fill(oneTime.password);
    await nurse.getByLabel('New password', { exact: true }).fill(PASSWORD);
    await nurse.getByLabel('New password again').fill(PASSWORD);
    await nurse.getByRole('button', { name: 'Change password' }).click();
    await nurse.getByTestId(testIds.tile('P-201')).waitFor({ timeout: 15_000 });
  }, 60_000);

  test('a clinician enters another room in an emergency, and leaves it again', async () => {
    await nurse.getByRole('button', { name: 'Menu' }).click();
    await nurse.getByRole('button', { name: 'Enter in an emergency' }).click();
    await nurse.getByLabel('Room', { exact: true }).last().selectOption('ward-a');
    await nurse.getByLabel('Reason').fill('Cardiac arrest, the ward called');
    expect(await seriousProblems(nurse)).toEqual([]);
    await nurse.getByRole('button', { name: 'Enter the room' }).click();
    await nurse.getByTestId(testIds.tile('P-101')).waitFor({ timeout: 15_000 });
    await nurse.getByRole('button', { name: 'End it now' }).click();
    await nurse.getByTestId(testIds.tile('P-101')).waitFor({ state: 'detached', timeout: 10_000 });
    await nurse.getByTestId(testIds.tile('P-201')).waitFor({ timeout: 15_000 });
  }, 60_000);

  test('the administrator reviews the emergency', async () => {
    await open(administrator, 'Emergency access');
    await administrator.getByRole('button', { name: 'Review Nora Night in ward-a' }).click();
    await administrator.getByLabel('Was it justified?').selectOption('yes');
    await administrator.getByLabel('Note').fill('Confirmed by the ward');
    await administrator.getByRole('button', { name: 'Save the review' }).click();
    await administrator.getByText('justified', { exact: true }).waitFor();
  });

  test('a patient whose picture is being sent is not discharged', async () => {
    device = await startDevice(server, 'P-101', '--synthetic', 'hr=72,rr=15');
    await until('the stream in the list', 90_000, async () => {
      await open(administrator, 'Patients');
      await administrator.getByRole('button', { name: 'Discharge P-101' }).waitFor();
      if ((await administrator.getByText('SIMULATED').count()) > 0) return true;
      await open(administrator, 'Rooms');
      return false;
    });
    await administrator.getByRole('button', { name: 'Discharge P-101' }).click();
    await administrator.getByLabel('Type P-101 to confirm').fill('P-101');
    await administrator.getByRole('button', { name: 'Discharge the patient' }).click();
    await administrator.getByText('The patient is being watched. Stop the device first.').waitFor();
    await administrator.getByRole('button', { name: 'Cancel' }).click();
  }, 150_000);

  test('a disabled user is signed out within five seconds', async () => {
    await open(administrator, 'Users');
    await administrator.getByRole('button', { name: 'Disable Nora Night' }).click();
    await administrator.getByRole('button', { name: 'Disable the user' }).click();
    await administrator.getByRole('dialog').waitFor({ state: 'detached' });
    await nurse.getByTestId(testIds.signInEmail).waitFor({ timeout: 5000 });
  });

  test('the auditor finds all of it in the trail, verifies it and takes a day along', async () => {
    const auditor = await newPage();
    await signInOnPage(auditor, server.url, server.credentials('auditor@haven.local'));
    await auditor.getByRole('heading', { name: 'Audit trail' }).waitFor();
    await auditor.getByLabel('Action').fill('patient:*');
    await auditor.getByRole('cell', { name: 'patient:P-201' }).first().waitFor();
    await auditor.getByLabel('Action').fill('');
    await auditor.getByLabel('Result').selectOption('refused');
    await auditor.getByText('PATIENT_HAS_STREAM').first().waitFor();
    await auditor
      .getByRole('button', { name: /^Details of/ })
      .first()
      .click();
    await auditor.getByRole('dialog').getByText('Hash', { exact: true }).waitFor();
    await auditor.keyboard.press('Escape');

    await auditor.getByText('Verify that nothing was changed').click();
    await auditor.getByRole('button', { name: 'Verify' }).click();
    await auditor.getByText(/Nothing was changed/).waitFor();
    await auditor.getByText('Export a day').click();
    const [file] = await Promise.all([
      auditor.waitForEvent('download'),
      auditor.getByRole('button', { name: 'Save as a file' }).click(),
    ]);
    expect(file.suggestedFilename()).toMatch(/^haven-audit-\d{4}-\d\d-\d\d\.jsonl$/);
    expect(await seriousProblems(auditor)).toEqual([]);
  }, 60_000);
});

describe('a wall that nobody uses', () => {
  let server: HavenServer;
  let browser: Browser;
  let wall: Page;

  beforeAll(async () => {
    server = await HavenServer.start({ HAVEN_SESSION_INACTIVITY_MINUTES: '1' });
    browser = await launchChromium();
    wall = await (await browser.newContext({ viewport: SIZES[0] })).newPage();
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await server.stop();
  }, 30_000);

  test('warns, locks, keeps its alarm channel, and shows its patients again after the password', async () => {
    const alarms = () => wall.getByTestId(testIds.wall).getAttribute('data-alarms');
    await signInOnPage(wall, server.url, server.user);
    await wall.getByTestId(testIds.tile('P-101')).waitFor({ timeout: 15_000 });
    await wall.getByText(/it locks at/).waitFor({ timeout: 15_000 });
    await wall.getByRole('dialog', { name: 'Locked' }).waitFor({ timeout: 90_000 });
    await wall.getByTestId(testIds.tile('P-101')).waitFor({ state: 'detached' });
    expect(await alarms()).toBe('on');
    const { violations } = await new AxeBuilder({ page: wall }).analyze();
    expect(violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')).toEqual([]);

    await wall.keyboard.press('Escape');
    await wall.keyboard.press('Escape');
    await wall.keyboard.type('not the password');
    await wall.keyboard.press('Enter');
    await wall.getByText('The password is wrong.').waitFor();
    await wall.getByLabel(/^Password of/).fill(server.user.password);
    await wall.keyboard.press('Enter');
    await wall.getByRole('dialog', { name: 'Locked' }).waitFor({ state: 'detached' });
    await wall.getByTestId(testIds.tile('P-101')).waitFor({ timeout: 15_000 });
    expect(await alarms()).toBe('on');
  }, 180_000);
});
