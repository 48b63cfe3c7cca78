import type { Page } from 'playwright-core';

/** Keeps every track that the page opens of camera and microphone. To be called before `goto`. */
export async function keepCapturedTracks(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const kept: MediaStreamTrack[] = [];
    Object.assign(globalThis, { capturedTracks: kept });
    const { mediaDevices } = navigator;
    const getUserMedia = mediaDevices.getUserMedia.bind(mediaDevices);
    mediaDevices.getUserMedia = async (constraints) => {
      const stream = await getUserMedia(constraints);
      kept.push(...stream.getTracks());
      return stream;
    };
  });
}

/** How many cameras, or microphones, the page has open now. */
export function openTracks(page: Page, kind: 'audio' | 'video'): Promise<number> {
  return page.evaluate(
    (wanted) =>
      (Reflect.get(globalThis, 'capturedTracks') as MediaStreamTrack[]).filter(
        (track) => track.kind === wanted && track.readyState === 'live',
      ).length,
    kind,
  );
}

/** What the page has heard so far of others' voices (W3C webrtc-stats, `totalAudioEnergy`). */
export function energyHeard(page: Page): Promise<number> {
  return sumOf(page, 'inbound-rtp', 'audio', 'totalAudioEnergy');
}

/** Bytes of video that the page has sent so far. */
export function videoBytesSent(page: Page): Promise<number> {
  return sumOf(page, 'outbound-rtp', 'video', 'bytesSent');
}

async function sumOf(page: Page, type: string, kind: string, member: string): Promise<number> {
  return page.evaluate(
    async ([wantedType, wantedKind, name]) => {
      let sum = 0;
      for (const connection of Reflect.get(globalThis, 'peerConnections') as RTCPeerConnection[]) {
        if (connection.connectionState === 'closed') continue;
        for (const report of (await connection.getStats()).values()) {
          const entry = report as Record<string, unknown>;
          if (entry.type === wantedType && entry.kind === wantedKind) sum += Number(entry[name] ?? 0);
        }
      }
      return sum;
    },
    [type, kind, member] as const,
  );
}
