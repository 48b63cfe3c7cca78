import {
  alertHistorySchema,
  alertListSchema,
  patientLimitsSchema,
  roomLimitsSchema,
  trendsSchema,
  type Alert,
  type AlertHistory,
  type AlertLimits,
  type LimitsInForce,
  type Trends,
} from '@haven/protocol';
import type { SignedInApi } from './signed-in-api.ts';

/** Alerts a page of the history. */
const PAGE = 20;

/** Spans of trends that are offered, h. */
export const TREND_HOURS = [1, 8, 24] as const;
export type TrendHours = (typeof TREND_HOURS)[number];

/** Limits of a patient or of a room. `beneath` holds when there are none of one's own; null for Haven's. */
export type LimitsView = { inForce: LimitsInForce; beneath: LimitsInForce | null };

/** Where a limits editor reads and writes. Everything rejects with a HavenError or an UnreachableError. */
export type LimitsStore = {
  read: () => Promise<LimitsView>;
  change: (limits: AlertLimits, reason: string, version: number) => Promise<LimitsView>;
  /** Back to what is beneath. */
  remove: (reason: string, version: number) => Promise<LimitsView>;
};

export function readTrends(request: SignedInApi, patientId: string, hours: TrendHours): Promise<Trends> {
  return request(`/patients/${patientId}/trends?hours=${hours}`, trendsSchema);
}

/**
 * A page of a patient's alerts, newest first, and whether there are older ones.
 * @param after the oldest alert of the page before
 */
export async function readAlerts(
  request: SignedInApi,
  patientId: string,
  after?: Alert,
): Promise<{ alerts: readonly Alert[]; more: boolean }> {
  // Those that began in the same millisecond come again rather than not at all: the caller knows them by id.
  const before = after === undefined ? '' : `&before=${after.startedAt + 1}`;
  const { alerts } = await request(`/patients/${patientId}/alerts?limit=${PAGE}${before}`, alertListSchema);
  return { alerts, more: alerts.length === PAGE };
}

export function readAlert(request: SignedInApi, alertId: string): Promise<AlertHistory> {
  return request(`/alerts/${alertId}`, alertHistorySchema);
}

export function limitsOfPatient(request: SignedInApi, patientId: string): LimitsStore {
  const path = `/patients/${patientId}/limits`;
  const send = async (method: 'GET' | 'PUT' | 'DELETE', body?: object): Promise<LimitsView> => {
    const answer = await request(path, patientLimitsSchema, {
      method,
      ...(body === undefined ? {} : { body }),
    });
    return { inForce: answer.inForce, beneath: answer.room };
  };
  return storeOf(send);
}

export function limitsOfRoom(request: SignedInApi, roomId: string): LimitsStore {
  const path = `/rooms/${roomId}/limits`;
  const send = async (method: 'GET' | 'PUT' | 'DELETE', body?: object): Promise<LimitsView> => {
    const answer = await request(path, roomLimitsSchema, { method, ...(body === undefined ? {} : { body }) });
    return { inForce: answer.inForce, beneath: null };
  };
  return storeOf(send);
}

function storeOf(
  send: (method: 'GET' | 'PUT' | 'DELETE', body?: object) => Promise<LimitsView>,
): LimitsStore {
  return {
    read: () => send('GET'),
    change: (limits, reason, version) => send('PUT', { limits, reason, version }),
    remove: (reason, version) => send('DELETE', { reason, version }),
  };
}
