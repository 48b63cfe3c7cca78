import { describe, expect, test } from '@jest/globals';
import { describeMissing, packagesOf } from './missing.mjs';
import { describePlatform } from './platform.mjs';

const FFMPEG = { what: 'ffmpeg', why: 'decodes video', packages: ['ffmpeg'], instead: 'Or set FFMPEG_PATH.' };
const CHROMIUM = { what: 'Chromium', why: 'runs tests', packages: ['chromium', 'fonts-dejavu-core'] };
const WEB = { what: 'the web pages', why: 'built for the browser', packages: [] };

/** @param {string} id @param {number} userId */
function platform(id, userId) {
  return describePlatform({
    os: 'linux',
    arch: 'x64',
    osRelease: `ID=${id}\nVERSION_ID=1\n`,
    musl: false,
    userId,
  });
}

describe('The list of what is missing', () => {
  test('names each thing, what it is for, and the one command that installs all of it', () => {
    const text = describeMissing([FFMPEG, CHROMIUM], platform('debian', 1000));
    expect(text).toContain('- ffmpeg: decodes video. Or set FFMPEG_PATH.');
    expect(text).toContain('- Chromium: runs tests.');
    expect(text).toContain(
      'sudo apt-get update && sudo apt-get install -y --no-install-recommends ffmpeg chromium fonts-dejavu-core',
    );
  });

  test('asks for no sudo where the user is root already', () => {
    expect(describeMissing([FFMPEG], platform('debian', 0))).not.toContain('sudo');
  });

  test("names Debian's packages where the package manager is another", () => {
    const text = describeMissing([FFMPEG, CHROMIUM], platform('fedora', 1000));
    expect(text).toContain('what Debian calls: ffmpeg chromium fonts-dejavu-core');
    expect(text).not.toContain('apt-get');
  });

  test('says what the set-up makes by itself, and gives no command for it', () => {
    const text = describeMissing([WEB], platform('debian', 1000));
    expect(text).toContain('- the web pages: built for the browser.');
    expect(text).toContain('do the rest by themselves');
    expect(text).not.toContain('apt-get');
  });

  test('names a package once that two things need', () => {
    expect(packagesOf([FFMPEG, FFMPEG, WEB])).toEqual(['ffmpeg']);
  });
});
