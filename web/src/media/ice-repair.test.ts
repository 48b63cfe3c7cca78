/** @jest-environment node */
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { HavenError, type IceParameters } from '@haven/protocol';
import { FakeHandler, testFakeParameters, type types } from 'mediasoup-client';
import { UnreachableError } from '../core/sentences.ts';
import { createFakeDevice } from '../testing/fake-media.ts';
import { IceRepair } from './ice-repair.ts';

const PARAMETERS: IceParameters = { usernameFragment: 'fragment', password: 'password', iceLite: true };

let transport: types.Transport;
let restart: jest.Mock<() => Promise<IceParameters>>;
let giveUp: jest.Mock<(error: unknown) => void>;
let repair: IceRepair;

beforeEach(async () => {
  const device = await createFakeDevice();
  await device.load({ routerRtpCapabilities: testFakeParameters.generateRouterRtpCapabilities() });
  transport = device.createRecvTransport(testFakeParameters.generateTransportRemoteParameters());
  restart = jest.fn(() => Promise.resolve(PARAMETERS));
  giveUp = jest.fn();
  jest.useFakeTimers();
  repair = new IceRepair({ transport, restart, giveUp });
  is('connected');
});

afterEach(() => {
  repair.close();
  jest.useRealTimers();
});

function is(state: types.ConnectionState): void {
  if (!(transport.handler instanceof FakeHandler)) throw new Error('not the fake');
  transport.handler.setConnectionState(state);
}

describe('a broken path', () => {
  test('is restarted at once when it failed', () => {
    is('failed');
    expect(restart).toHaveBeenCalledTimes(1);
  });

  test('is left alone while it may mend itself', async () => {
    is('disconnected');
    await jest.advanceTimersByTimeAsync(1900);
    is('connected');
    await jest.advanceTimersByTimeAsync(10_000);
    expect(restart).not.toHaveBeenCalled();
  });

  test('is restarted after two seconds, and given up when that does not help', async () => {
    is('disconnected');
    await jest.advanceTimersByTimeAsync(2000);
    expect(restart).toHaveBeenCalledTimes(1);
    is('connecting');
    await jest.advanceTimersByTimeAsync(4900);
    expect(giveUp).not.toHaveBeenCalled();
    await jest.advanceTimersByTimeAsync(100);
    expect(giveUp).toHaveBeenCalledWith(null);
  });

  test('waits for signalling where there is none, and is restarted when it is back', async () => {
    restart.mockRejectedValueOnce(new UnreachableError());
    is('failed');
    await jest.advanceTimersByTimeAsync(20_000);
    expect(giveUp).not.toHaveBeenCalled();
    repair.signallingReturned();
    expect(restart).toHaveBeenCalledTimes(2);
  });

  test('is given up where the server does not know it', async () => {
    const refusal = new HavenError('TRANSPORT_UNKNOWN');
    restart.mockRejectedValueOnce(refusal);
    is('failed');
    await jest.advanceTimersByTimeAsync(0);
    expect(giveUp).toHaveBeenCalledWith(refusal);
  });
});

describe('a path that stands', () => {
  test('is restarted when the browser has another network', async () => {
    repair.networkChanged();
    await jest.advanceTimersByTimeAsync(10_000);
    expect(restart).toHaveBeenCalledTimes(1);
    expect(giveUp).not.toHaveBeenCalled();
  });

  test('is restarted later where signalling was away when the network changed', async () => {
    restart.mockRejectedValueOnce(new UnreachableError());
    repair.networkChanged();
    await jest.advanceTimersByTimeAsync(0);
    repair.signallingReturned();
    expect(restart).toHaveBeenCalledTimes(2);
  });

  test('is left alone when signalling returns', () => {
    repair.signallingReturned();
    expect(restart).not.toHaveBeenCalled();
  });
});
