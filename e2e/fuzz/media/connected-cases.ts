import fc from 'fast-check';
import { bytes, damaged, harms, rarely } from './buffers.ts';
import { clientHello, CONTENT_TYPE, strangeDtls, strangeFragments } from './dtls-cases.ts';
import type { Recipe } from './media-case.ts';
import { rtcpRecipes } from './rtcp-cases.ts';
import { harmedBeforeSealing, rtpRecipes } from './rtp-cases.ts';
import { signedNonsense, strangeStun } from './stun-cases.ts';

/** A packet, and how many packets back it is sent a second time instead of something new. */
export type ConnectedCase = { recipe: Recipe; replay: number | undefined };

/** What is sent to a transport that is connected: under its keys and beside them. */
export function connectedCases(to: 'viewer' | 'publisher'): fc.Arbitrary<ConnectedCase> {
  const rtp = fc.oneof({ weight: 5, arbitrary: rtpRecipes }, { weight: 1, arbitrary: harmedBeforeSealing });
  // A viewer sends no media: what it sends all the same must lead to nobody.
  const media =
    to === 'publisher'
      ? [
          { weight: 10, arbitrary: rtp },
          { weight: 3, arbitrary: rtcpRecipes },
        ]
      : [
          { weight: 2, arbitrary: rtp },
          { weight: 11, arbitrary: rtcpRecipes },
        ];
  return fc.record({
    recipe: fc.oneof(
      ...media,
      { weight: 2, arbitrary: brokenSeals(fc.oneof(rtp, rtcpRecipes)) },
      { weight: 2, arbitrary: stun() },
      { weight: 2, arbitrary: dtls() },
    ),
    replay: rarely(fc.nat(150), 12),
  });
}

/** Changed after it was encrypted: its tag, its text, its header or its length. */
function brokenSeals(sealed: fc.Arbitrary<Recipe>): fc.Arbitrary<Recipe> {
  return fc.tuple(sealed, harms).map(
    ([recipe, harm]): Recipe =>
      (end) =>
        harm(recipe(end)),
  );
}

function stun(): fc.Arbitrary<Recipe> {
  return fc.oneof(
    signedNonsense.map(
      (recipe): Recipe =>
        ({ credentials }) =>
          recipe(credentials),
    ),
    fc.tuple(signedNonsense, harms).map(
      ([recipe, harm]): Recipe =>
        ({ credentials }) =>
          harm(recipe(credentials)),
    ),
    strangeStun().map(
      (packet): Recipe =>
        () =>
          packet,
    ),
  );
}

function dtls(): fc.Arbitrary<Recipe> {
  const plain = fc.oneof(strangeDtls(), strangeFragments(), damaged(clientHello()));
  const application = fc.tuple(bytes(0, 300), rarely(harms, 2)).map(([text, harm]): Recipe => (end) => {
    const record = end.sealDtls(CONTENT_TYPE.application, text);
    return harm?.(record) ?? record;
  });
  // Most of these end the connection, as they should: a new one costs half a second.
  const other = fc.tuple(fc.constantFrom(20, 21, 22, 24, 63), bytes(0, 60)).map(
    ([type, fragment]): Recipe =>
      (end) =>
        end.sealDtls(type, fragment),
  );
  return fc.oneof(
    {
      weight: 16,
      arbitrary: plain.map(
        (packet): Recipe =>
          () =>
            packet,
      ),
    },
    { weight: 16, arbitrary: application },
    { weight: 1, arbitrary: other },
  );
}
