import type { Locator, Page } from 'playwright-core';

/** Keeps every peer connection that the page makes, so that its statistics can be read. To be called before `goto`. */
export async function keepPeerConnections(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const kept: RTCPeerConnection[] = [];
    Object.assign(globalThis, { peerConnections: kept });
    globalThis.RTCPeerConnection = class extends RTCPeerConnection {
      constructor(configuration?: RTCConfiguration) {
        super(configuration);
        kept.push(this);
      }
    };
  });
}

/** How many peer connections the page has made so far. */
export function peerConnections(page: Page): Promise<number> {
  return page.evaluate(() => (Reflect.get(globalThis, 'peerConnections') as RTCPeerConnection[]).length);
}

/** Has all peer connections report for good that they failed, as on a network that is gone. */
export async function failPeerConnections(page: Page): Promise<void> {
  await page.evaluate(() => {
    for (const connection of Reflect.get(globalThis, 'peerConnections') as RTCPeerConnection[]) {
      Object.defineProperty(connection, 'connectionState', { value: 'failed' });
      Object.defineProperty(connection, 'iceConnectionState', { value: 'failed' });
      connection.dispatchEvent(new Event('connectionstatechange'));
      connection.dispatchEvent(new Event('iceconnectionstatechange'));
    }
  });
}

/** Bytes of video that the page has received so far, of all streams. */
export function bytesReceived(page: Page): Promise<number> {
  return page.evaluate(async () => {
    let sum = 0;
    for (const connection of Reflect.get(globalThis, 'peerConnections') as RTCPeerConnection[]) {
      for (const report of (await connection.getStats()).values()) {
        const { type, bytesReceived: bytes } = report as { type: string; bytesReceived?: number };
        if (type === 'inbound-rtp') sum += bytes ?? 0;
      }
    }
    return sum;
  });
}

/** Packets that the track of a video element has received so far. */
export function packetsReceived(video: Locator): Promise<number> {
  return video.evaluate(async (element) => {
    const stream = element instanceof HTMLVideoElement ? element.srcObject : null;
    const track = stream instanceof MediaStream ? stream.getVideoTracks()[0] : undefined;
    if (track === undefined) return 0;
    let sum = 0;
    for (const connection of Reflect.get(globalThis, 'peerConnections') as RTCPeerConnection[]) {
      for (const report of (await connection.getStats()).values()) {
        const {
          type,
          trackIdentifier,
          packetsReceived: packets,
        } = report as {
          type: string;
          trackIdentifier?: string;
          packetsReceived?: number;
        };
        if (type === 'inbound-rtp' && trackIdentifier === track.id) sum += packets ?? 0;
      }
    }
    return sum;
  });
}

/** The SRTP profile of each connected transport of the page, by the name that Chromium gives it. */
export function srtpCiphers(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const ciphers: string[] = [];
    for (const connection of Reflect.get(globalThis, 'peerConnections') as RTCPeerConnection[]) {
      for (const report of (await connection.getStats()).values()) {
        const { type, srtpCipher } = report as { type: string; srtpCipher?: string };
        if (type === 'transport' && srtpCipher !== undefined) ciphers.push(srtpCipher);
      }
    }
    return ciphers;
  });
}
