import type { Config } from '../config/config.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { AddressLimits } from './address-limits.ts';
import { Slots } from './slots.ts';

/** Who is let in, decided before any transport exists. */
export class Admission {
  /** One place a patient with a device. */
  readonly devices: Slots;
  /** One place a session that watches a room. */
  readonly viewers: Slots;
  readonly addresses: AddressLimits;

  constructor({ limits, trustedNetworks }: Pick<Config, 'limits' | 'trustedNetworks'>, telemetry: Telemetry) {
    this.addresses = new AddressLimits(trustedNetworks);
    this.devices = new Slots(limits.devices);
    this.viewers = new Slots(limits.viewers);
    telemetry.gauge('haven_active_viewers', 'Sessions that watch a room', () => this.viewers.taken);
  }
}
