import { describe, expect, test } from '@jest/globals';
import { explainNpm, isFetchedPackage, missingPackages } from './npm-packages.mjs';
import { CommandError } from './run-command.mjs';

const WANTED = {
  packages: {
    '': { version: '0.1.0' },
    protocol: { version: '0.1.0' },
    'node_modules/@haven/protocol': { link: true, resolved: 'protocol' },
    'node_modules/zod': { version: '4.0.0', integrity: 'sha512-a' },
    'node_modules/fsevents': { version: '2.0.0', integrity: 'sha512-b', optional: true },
  },
};
const INSTALLED = {
  packages: {
    'node_modules/@haven/protocol': { link: true, resolved: 'protocol' },
    'node_modules/zod': { version: '4.0.0', integrity: 'sha512-a' },
  },
};
const everything = () => true;

describe('The installed packages', () => {
  test('are complete without the optional ones of other platforms', () => {
    expect(missingPackages(WANTED, INSTALLED, everything)).toEqual([]);
  });

  test('are all missing after an installation that never ended', () => {
    expect(missingPackages(WANTED, { packages: {} }, everything)).toEqual([
      'node_modules/@haven/protocol',
      'node_modules/zod',
    ]);
  });

  test('miss one that the lockfile has in another version', () => {
    const older = {
      packages: { ...INSTALLED.packages, 'node_modules/zod': { version: '3.9.0', integrity: 'sha512-c' } },
    };
    expect(missingPackages(WANTED, older, everything)).toEqual(['node_modules/zod']);
  });

  test('miss one whose folder was deleted', () => {
    expect(missingPackages(WANTED, INSTALLED, (path) => path !== 'node_modules/zod')).toEqual([
      'node_modules/zod',
    ]);
  });
});

describe('A failed npm ci is explained in a sentence', () => {
  test.each([
    ['npm error code ENOSPC', 'the disk is full'],
    ['npm error code ENOTFOUND', 'the package registry cannot be reached'],
    ['npm error code EACCES', 'not writable by this user'],
  ])('for %s', (line, sentence) => {
    const text = explainNpm(
      new CommandError('npm failed with exit code 1:', { tail: ['npm warn EBADENGINE', line] }),
    );
    expect(text).toContain(sentence);
    expect(text).toContain(line);
    expect(text).not.toContain('EBADENGINE');
  });

  test("for a lockfile that does not fit, without npm's manual page", () => {
    const tail = ['npm error   -w|--workspace', 'npm error Run "npm help ci" for more info'];
    const text = explainNpm(new CommandError('npm failed with exit code 1:', { tail }));
    expect(text).toContain('package-lock.json does not agree');
    expect(text).not.toContain('--workspace');
  });

  test('and with what it was when the cause is none of those', () => {
    expect(explainNpm(new CommandError('npm took longer than 5 s and was stopped.'))).toBe(
      'npm ci failed: npm took longer than 5 s and was stopped.',
    );
  });
});

describe("npm's log", () => {
  test('counts packages, not what is asked about them', () => {
    expect(
      isFetchedPackage(
        'npm http fetch GET 200 https://registry.example/zod/-/zod-4.0.0.tgz 58ms (cache miss)',
      ),
    ).toBe(true);
    expect(
      isFetchedPackage('npm http cache https://registry.example/zod/-/zod-4.0.0.tgz 3ms (cache hit)'),
    ).toBe(true);
    expect(isFetchedPackage('npm http fetch GET 200 https://registry.example/zod 58ms (cache miss)')).toBe(
      false,
    );
    expect(isFetchedPackage('npm warn EBADENGINE Unsupported engine')).toBe(false);
  });
});
