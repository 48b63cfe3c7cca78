import { expect, test } from '@jest/globals';
import { aPatient } from '../testing/fixtures.ts';
import { unreachedBeds } from './reach-words.ts';

test('beds whose server is not reached are named, and counted where they are many', () => {
  const patients = ['1', '2', '3', '4', '5', 'Window', '7'].map((bed) => aPatient({ bed }));
  expect(unreachedBeds(patients.slice(0, 6))).toBe('Bed 1, Bed 2, Bed 3, Bed 4, Bed 5, Window');
  expect(unreachedBeds(patients)).toBe('7 beds');
});
