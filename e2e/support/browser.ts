import { existsSync } from 'node:fs';
import { chromium, type Browser, type Page } from 'playwright-core';
import type { User } from './haven-server.ts';

const CANDIDATES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/**
 * @param captureFile MJPEG file that plays as the camera
 * @param voiceFile WAV file that plays as the microphone
 */
export async function launchChromium(captureFile?: string, voiceFile?: string): Promise<Browser> {
  const executablePath = process.env.CHROMIUM_PATH ?? CANDIDATES.find((path) => existsSync(path));
  if (executablePath === undefined)
    throw new Error('Chromium is not installed: run npm test, which installs it.');
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
      ...(captureFile === undefined ? [] : [`--use-file-for-fake-video-capture=${captureFile}`]),
      ...(voiceFile === undefined ? [] : [`--use-file-for-fake-audio-capture=${voiceFile}`]),
      '--disable-features=WebRtcHideLocalIpsWithMdns',
      '--autoplay-policy=no-user-gesture-required',
    ],
  });
}

export async function signInOnPage(page: Page, url: string, { email, password }: User): Promise<void> {
  await page.goto(`${url}/sign-in`);
  await page.getByTestId('sign-in-email').fill(email);
  await page.getByTestId('sign-in-password').fill(password);
  await page.getByTestId('sign-in-submit').click();
}
