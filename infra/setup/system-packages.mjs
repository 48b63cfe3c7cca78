import { installPackages } from './apt.mjs';
import { checkChromium } from './chromium.mjs';
import { checkCoturn } from './coturn.mjs';
import { checkFfmpeg } from './ffmpeg.mjs';
import { checkIproute } from './iproute.mjs';
import { packagesOf } from './missing.mjs';
import { checkNginx } from './nginx.mjs';
import { checkRedis } from './redis.mjs';

/**
 * What has to come from the system. The tools that build mediasoup-worker are not among it: they are only
 * needed where its download fails.
 *
 * @param {import('./context.mjs').Context} context
 * @returns {import('./missing.mjs').Missing[]}
 */
export function checkSystem(context) {
  return [
    ...checkFfmpeg(context),
    ...(context.forTests
      ? [
          ...checkChromium(context),
          ...checkCoturn(context),
          ...checkIproute(context),
          ...checkNginx(),
          ...checkRedis(context),
        ]
      : []),
  ];
}

/**
 * Installs what is missing where that is possible without asking: as root on Debian or Ubuntu. Elsewhere the
 * later steps look for other ways, and say what is missing when there is none.
 *
 * @param {import('./context.mjs').Context} context
 * @param {import('./steps.mjs').Progress} progress
 */
export async function ensureSystem(context, progress) {
  const { platform, environment } = context;
  const packages = packagesOf(checkSystem(context));
  if (packages.length === 0) return { value: undefined, note: 'nothing missing' };
  if (!platform.debianLike || !platform.root) {
    return {
      value: undefined,
      note: `not installed, which takes root on Debian or Ubuntu: ${packages.join(', ')}`,
    };
  }
  await installPackages(packages, environment, progress);
  return { value: undefined, note: `installed ${packages.join(', ')}` };
}
