/** One patient's records as the HTTP API serves them, in memory, with what was asked of it. */
import {
  analysisModeChangeSchema,
  DEFAULT_ALERT_LIMITS,
  HavenError,
  limitsChangeSchema,
  type Alert,
  type AlertTransition,
  type AnalysisMode,
  type LimitsInForce,
  type StoredEvent,
} from '@haven/protocol';
import type { SignedInApi } from '../core/signed-in-api.ts';
import { T0, uuid } from './fixtures.ts';

export const HAVENS_LIMITS: LimitsInForce = {
  limits: { ...DEFAULT_ALERT_LIMITS },
  origin: 'haven',
  version: 0,
  changed: null,
};

export class PatientServer {
  readonly asked: string[] = [];
  inForce: LimitsInForce = HAVENS_LIMITS;
  /** Every request is refused with it while it is set. */
  refusal: HavenError | null = null;
  alerts: Alert[] = [];
  transitions: AlertTransition[] = [];
  events: StoredEvent[] = [];
  mode: AnalysisMode = 'both';

  readonly request: SignedInApi = async (path, schema, { method = 'GET', body } = {}) => {
    this.asked.push(`${method} ${path}`);
    await Promise.resolve();
    if (this.refusal !== null) throw this.refusal;
    return schema.parse(this.#answer(path, method, body));
  };

  /** Somebody sets limits of the patient's own. */
  set(limits: Partial<LimitsInForce['limits']>, userName: string, reason: string): void {
    this.inForce = {
      limits: { ...this.inForce.limits, ...limits },
      origin: 'patient',
      version: this.inForce.version + 1,
      changed: { userId: uuid(8), userName, at: T0, reason },
    };
  }

  #answer(path: string, method: string, body: unknown): unknown {
    const { pathname, searchParams } = new URL(path, 'http://haven');
    if (pathname.endsWith('/limits')) return this.#limits(method, body);
    if (pathname.endsWith('/analysis-mode')) {
      this.mode = analysisModeChangeSchema.parse(body).mode;
      return { patientId: 'P-101', mode: this.mode };
    }
    if (pathname.endsWith('/trends'))
      return { patientId: 'P-101', since: T0, until: T0 + 3_600_000, trends: [] };
    if (pathname.endsWith('/alerts')) return { alerts: this.#page(searchParams) };
    const alert = this.alerts.find(({ id }) => pathname === `/alerts/${id}`);
    if (alert === undefined) throw new HavenError('ALERT_UNKNOWN');
    return { alert, transitions: this.transitions, events: this.events, trends: [] };
  }

  #limits(method: string, body: unknown): unknown {
    if (method === 'PUT') {
      const { limits, reason, version } = limitsChangeSchema.parse(body);
      if (version !== this.inForce.version) throw new HavenError('CHANGED_MEANWHILE');
      this.set(limits, 'Nurse Joy', reason);
    }
    if (method === 'DELETE') this.inForce = HAVENS_LIMITS;
    return { patientId: 'P-101', roomId: 'ward-1', inForce: this.inForce, room: HAVENS_LIMITS };
  }

  #page(query: URLSearchParams): readonly Alert[] {
    const before = Number(query.get('before') ?? Infinity);
    return this.alerts.filter(({ startedAt }) => startedAt < before).slice(0, Number(query.get('limit')));
  }
}
