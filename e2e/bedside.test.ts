/**
 * Privacy and talk between two real browsers: a bedside with camera, microphone and loudspeaker, and a clinician's
 * wall.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { hasRedis } from '../server/src/records/testing/redis.ts';
import { testIds } from '../web/src/test-ids.ts';
import { seriousViolations } from './support/accessibility.ts';
import { launchChromium, signInOnPage } from './support/browser.ts';
import { energyHeard, keepCapturedTracks, openTracks, videoBytesSent } from './support/captured-media.ts';
import { Cluster } from './support/cluster.ts';
import { HavenServer, type User } from './support/haven-server.ts';
import { keepPeerConnections } from './support/received-media.ts';
import { temporaryDirectory, until } from './support/process.ts';
import { videoTime } from './support/screen.ts';
import { writeVoice } from './support/voice-file.ts';

const PATIENT = 'P-101';
/** What is certainly more than the comfort noise of a line on which nobody speaks. */
const HEARD = 0.001;
/** Several syllables of the fake voice. */
const SYLLABLES_MS = 500;
const PHONE = { width: 390, height: 844 };
/** Wide enough for the patient's panel beside the tiles. */
const DESKTOP = { width: 1680, height: 900 };

type Scene = {
  bedsideUrl: string;
  wallUrl: string;
  user: User;
  deviceToken(patientId: string): Promise<string>;
  stop(): Promise<void>;
};

async function oneServer(): Promise<Scene> {
  const server = await HavenServer.start();
  return {
    bedsideUrl: server.url,
    wallUrl: server.url,
    user: server.user,
    deviceToken: (patientId) => server.deviceToken(patientId),
    stop: () => server.stop(),
  };
}

/** The bedside at one, the wall at the other. */
async function twoServers(): Promise<Scene> {
  const cluster = await Cluster.start();
  return {
    bedsideUrl: cluster.a.url,
    wallUrl: cluster.b.url,
    user: cluster.user,
    deviceToken: (patientId) => cluster.a.deviceToken(patientId),
    stop: () => cluster.stop(),
  };
}

const SCENES = [
  ['at one server', oneServer] as const,
  ...(hasRedis() ? [['at two servers', twoServers] as const] : []),
];

describe.each(SCENES)('a bedside and a wall %s', (_where, openScene) => {
  let scene: Scene;
  let token: string;
  let bedsideBrowser: Browser;
  let wallBrowser: Browser;
  let bedside: Page;
  let wall: Page;

  beforeAll(async () => {
    const voice = join(temporaryDirectory('voice'), 'voice.wav');
    await writeVoice(voice);
    scene = await openScene();
    token = await scene.deviceToken(PATIENT);
    bedsideBrowser = await launchChromium(undefined, voice);
    wallBrowser = await launchChromium(undefined, voice);
    bedside = await (await bedsideBrowser.newContext({ viewport: PHONE })).newPage();
    wall = await (await wallBrowser.newContext({ viewport: DESKTOP })).newPage();
    for (const page of [bedside, wall]) {
      await keepPeerConnections(page);
      await keepCapturedTracks(page);
    }
    await bedside.goto(`${scene.bedsideUrl}/publish`);
    await publish();
    await signInOnPage(wall, scene.wallUrl, scene.user);
    await pictureMoves();
    await wall.getByTestId(testIds.tile(PATIENT)).getByTestId(testIds.tileDetails).click();
  }, 120_000);

  afterAll(async () => {
    await bedsideBrowser.close();
    await wallBrowser.close();
    await scene.stop();
  }, 30_000);

  const tile = () => wall.getByTestId(testIds.tile(PATIENT));
  const hold = () => wall.getByTestId(testIds.talkHold);
  const stage = () => hold().getAttribute('data-state');
  const sign = () => bedside.getByTestId(testIds.bedsidePrivacy);

  async function publish(): Promise<void> {
    await bedside.getByTestId(testIds.publishToken).fill(token);
    await bedside.getByTestId(testIds.publishPatient).fill(PATIENT);
    await bedside.getByTestId(testIds.publishStart).click();
    const state = bedside.getByTestId(testIds.publishState);
    await until(
      'the page to publish',
      20_000,
      async () => (await state.getAttribute('data-state')) === 'publishing',
    );
  }

  async function pictureMoves(): Promise<void> {
    await tile().waitFor({ timeout: 15_000 });
    // The test camera's picture is dark.
    await until('a picture', 20_000, async () =>
      ['live', 'dark'].includes((await tile().getAttribute('data-picture')) ?? ''),
    );
    const video = tile().getByTestId(testIds.video);
    const first = await videoTime(video);
    await until('the picture to move', 10_000, async () => (await videoTime(video)) > first + 0.5);
  }

  async function expectNoPicture(): Promise<void> {
    await until('no camera to be open', 5_000, async () => (await openTracks(bedside, 'video')) === 0);
    await until(
      'the tile to say so',
      5_000,
      async () => (await tile().getAttribute('data-picture')) === 'privacy',
    );
    expect(await tile().getByTestId(testIds.pictureState).textContent()).toContain('PRIVACY');
    expect(await tile().getByTestId(testIds.video).isVisible()).toBe(false);
    await until('nothing more to be sent', 5_000, async () => {
      const sent = await videoBytesSent(bedside);
      await bedside.waitForTimeout(1500);
      return (await videoBytesSent(bedside)) === sent;
    });
  }

  async function heardMore(page: Page, what: string): Promise<void> {
    const before = await energyHeard(page);
    await until(what, 15_000, async () => (await energyHeard(page)) > before + HEARD);
  }

  /** What was said last is still under way for a while. @returns the energy that has been heard by then */
  async function silence(page: Page): Promise<number> {
    let heard = await energyHeard(page);
    await until('nothing more to be heard', 5_000, async () => {
      await page.waitForTimeout(SYLLABLES_MS);
      const before = heard;
      heard = await energyHeard(page);
      return heard < before + HEARD;
    });
    return heard;
  }

  describe('talk', () => {
    test('while the button is held, and hear each other only then', async () => {
      expect(await openTracks(bedside, 'audio')).toBe(0);
      await hold().scrollIntoViewIfNeeded();
      await hold().hover();
      await wall.mouse.down();
      const talkSign = bedside.getByTestId(testIds.bedsideTalk);
      await talkSign.waitFor({ timeout: 10_000 });
      expect(await talkSign.textContent()).toContain('is talking with you');
      await until('the line to stand', 15_000, async () => (await stage()) === 'speaking');
      await heardMore(bedside, 'the bedside to hear the clinician');
      await heardMore(wall, 'the clinician to hear the bedside');
      expect(await talkSign.textContent()).toContain('MICROPHONE ON');
      expect(await openTracks(bedside, 'audio')).toBe(1);
      expect(await seriousViolations(bedside)).toEqual([]);
      expect(await seriousViolations(wall)).toEqual([]);

      await wall.mouse.up();
      await until('the button to be released', 5_000, async () => (await stage()) === 'listening');
      const after = await silence(bedside);
      await heardMore(wall, 'the clinician to go on hearing the bedside');
      expect(await energyHeard(bedside)).toBeLessThan(after + HEARD);

      await wall.getByTestId(testIds.talkEnd).click();
      await talkSign.waitFor({ state: 'detached', timeout: 5_000 });
      expect(await openTracks(bedside, 'audio')).toBe(0);
      expect(await openTracks(wall, 'audio')).toBe(0);
    }, 90_000);

    test('by holding the space bar, and the bedside can hang up', async () => {
      await hold().focus();
      await wall.keyboard.down(' ');
      await until('the line to stand', 15_000, async () => (await stage()) === 'speaking');
      await wall.keyboard.up(' ');
      await until('the key to be released', 5_000, async () => (await stage()) === 'listening');
      await bedside.getByTestId(testIds.bedsideTalkEnd).click();
      await until('the talk to end', 5_000, async () => (await stage()) === 'idle');
      await until(
        'the microphones to close',
        5_000,
        async () => (await openTracks(bedside, 'audio')) + (await openTracks(wall, 'audio')) === 0,
      );
    }, 60_000);
  });

  describe('give privacy', () => {
    test('a clinician asks for it: the camera closes, no still stays, nothing is measured; and it ends', async () => {
      await wall.getByTestId(testIds.privacyPause).click();
      await wall.getByRole('button', { name: 'Pause the picture', exact: true }).click();
      await sign().waitFor({ timeout: 5_000 });
      expect(await sign().textContent()).toContain('asked for by a clinician');
      await expectNoPicture();
      expect(await tile().getByTestId(testIds.pulseNote).textContent()).toContain('Paused for privacy');
      expect(await seriousViolations(bedside)).toEqual([]);
      expect(await seriousViolations(wall)).toEqual([]);
      await wall.getByTestId(testIds.privacyEnd).click();
      await sign().waitFor({ state: 'detached', timeout: 5_000 });
      await pictureMoves();
    }, 60_000);

    test('the bedside asks for it: it outlives a reload of either page', async () => {
      await bedside.getByTestId(`${testIds.bedsidePrivacyBegin}-5`).click();
      await sign().waitFor({ timeout: 5_000 });
      await expectNoPicture();
      await wall.reload();
      await until(
        'the wall to be back',
        20_000,
        async () => (await tile().count()) === 1 && (await tile().getAttribute('data-picture')) === 'privacy',
      );
      await bedside.reload();
      await publish();
      await sign().waitFor({ timeout: 5_000 });
      await expectNoPicture();
      await bedside.getByTestId(testIds.bedsidePrivacyEnd).click();
      await pictureMoves();
    }, 90_000);

    test('a clinician ends what the bedside asked for only after confirming it', async () => {
      await bedside.getByTestId(`${testIds.bedsidePrivacyBegin}-15`).click();
      await until(
        'the tile to say so',
        5_000,
        async () => (await tile().getAttribute('data-picture')) === 'privacy',
      );
      if ((await wall.getByTestId(testIds.privacySection).count()) === 0) {
        await tile().getByTestId(testIds.tileDetails).click();
      }
      await wall.getByTestId(testIds.privacyEnd).click();
      await wall.getByRole('button', { name: 'End privacy', exact: true }).click();
      await pictureMoves();
    }, 60_000);
  });
});
