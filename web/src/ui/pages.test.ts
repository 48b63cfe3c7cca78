import { describe, expect, test } from '@jest/globals';
import type { Role } from '@haven/protocol';
import { aStatus } from '../testing/access-fixtures.ts';
import { homeOf, mayWatch, pagesFor } from './pages.ts';

describe('after signing in', () => {
  const homes: [Role[], string][] = [
    [['clinician', 'administrator'], '/'],
    [['observer'], '/'],
    [['administrator', 'auditor'], '/admin/users'],
    [['device-technician'], '/admin/devices'],
    [['auditor'], '/audit'],
    [[], '/account'],
  ];
  test.each(homes)('%j goes to %s', (roles, home) => expect(homeOf(roles)).toBe(home));
});

test('the menu has the pages that the rights open, and the own account', () => {
  const status = aStatus({ actions: ['room:watch', 'audit:read', 'alert:acknowledge'] });
  expect(pagesFor(status).map(({ path }) => path)).toEqual(['/', '/audit', '/account']);
  expect(pagesFor(null).map(({ path }) => path)).toEqual(['/account']);
});

test('the wall waits for no answer of the server, and goes when the right to it is gone', () => {
  expect(mayWatch(['clinician'], null)).toBe(true);
  expect(mayWatch(['auditor'], null)).toBe(false);
  expect(mayWatch(['clinician'], aStatus({ actions: [] }))).toBe(false);
});
