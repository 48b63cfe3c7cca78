import { expect, test } from '@jest/globals';
import { announcedAddressAdvice, secureContextAdvice } from './installer-advice.ts';

const settings = { protocol: 2, demo: false, announcedAddress: null, patientIdPattern: '^P-\\d{3}$' };

test('a browser on another machine is told which address Haven must announce', () => {
  expect(announcedAddressAdvice(settings, '10.1.2.3')).toContain('HAVEN_ANNOUNCED_ADDRESS=10.1.2.3');
});

test.each(['localhost', '127.0.0.1', '[::1]'])('nothing is missing on the same machine (%s)', (hostname) => {
  expect(announcedAddressAdvice(settings, hostname)).toBeNull();
});

test('nothing is said when an address is announced or the settings are not known yet', () => {
  expect(announcedAddressAdvice({ ...settings, announcedAddress: '10.1.2.3' }, '10.1.2.3')).toBeNull();
  expect(announcedAddressAdvice(null, '10.1.2.3')).toBeNull();
});

test('without HTTPS it says how to get it', () => {
  expect(secureContextAdvice(false, '10.1.2.3')).toMatch(
    /HAVEN_TLS=self-signed.*HAVEN_ANNOUNCED_ADDRESS=10\.1\.2\.3/,
  );
  expect(secureContextAdvice(true, '10.1.2.3')).toBeNull();
});
