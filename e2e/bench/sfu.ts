/**
 * `npm run bench:sfu [-- --parts a,b,c,e --rounds 5 --seconds 12 --viewers 10 --minutes 10]`: what forwarding costs and
 * how far it goes. (a) the media worker beside bare mediasoup under the same traffic, (b) Node's time a viewer,
 * (c) consumers a core up to saturation, (d) the cipher, (e) a whole ward: with `--scale`, or `--parts e`. A swarm in
 * processes of its own makes the traffic, on the same machine; its time is printed apart. Linux only: it reads /proc.
 */
import { parseArgs } from 'node:util';
import { machineConditions } from './figures.ts';
import { compareWithBare } from './sfu/beside-bare.ts';
import { findCapacity, FORWARDERS, RATES } from './sfu/capacity.ts';
import { measureNode } from './sfu/node-cost.ts';
import { measureScale } from './sfu/scale.ts';
import { say } from './sfu/table.ts';

const { values } = parseArgs({
  options: {
    parts: { type: 'string', default: 'a,b,c' },
    scale: { type: 'boolean', default: false },
    /** Of (a): four segments each. */
    rounds: { type: 'string', default: '5' },
    /** Of a measurement in (a), (b) and (c). */
    seconds: { type: 'string', default: '12' },
    /** Of (a); (b) has twice as many. */
    viewers: { type: 'string', default: '10' },
    /** Of (c): walls that join at each step, and all of them. */
    step: { type: 'string', default: '8' },
    most: { type: 'string', default: '160' },
    forwarders: { type: 'string', default: 'bare,haven' },
    /** kbit/s of a stream. */
    rates: { type: 'string', default: '150,1000' },
    /** Of a core, to which the worker is bound: with less, it is at its end before the swarm is. */
    'worker-share': { type: 'string', default: '1' },
    /** Of (e). */
    publishers: { type: 'string', default: '50' },
    walls: { type: 'string', default: '50' },
    'most-walls': { type: 'string', default: '200' },
    minutes: { type: 'string', default: '10' },
  },
});
const parts = new Set(values.scale ? ['e'] : values.parts.split(','));
const [seconds, viewers] = [Number(values.seconds), Number(values.viewers)];

say(`${machineConditions()}; the swarm shares the machine`);
if (parts.has('a')) await compareWithBare(viewers, Number(values.rounds), seconds);
if (parts.has('b')) await measureNode(2 * viewers, seconds);
if (parts.has('c')) {
  const forwarders = FORWARDERS.filter((name) => values.forwarders.split(',').includes(name));
  const share = Number(values['worker-share']);
  const steps = { step: Number(values.step), most: Number(values.most), seconds, share };
  const rates = values.rates.split(',').map(Number);
  for (const rate of RATES.filter(({ layer }) => rates.includes(layer.bitrate / 1000))) {
    for (const forwarder of forwarders) await findCapacity(forwarder, rate, steps);
  }
}
say(
  '\n(d) every path of the swarm offered AES-GCM and AES-CM with HMAC, and ends unless the server chose AES-GCM;',
);
say('    the samples that it decrypts are AES-GCM by its own keys');
if (parts.has('e')) {
  const [publishers, walls, most] = [values.publishers, values.walls, values['most-walls']].map(Number);
  await measureScale(publishers, walls, most, 60 * Number(values.minutes));
}
