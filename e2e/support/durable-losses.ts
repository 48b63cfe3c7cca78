import type { AlertWitness } from './alert-witness.ts';
import type { KillablePostgres } from './killable-postgres.ts';
import { until } from './process.ts';
import type { ScriptedCvWorker } from './scripted-cv-worker.ts';

/** What was promised and is not, or not once, in the database. */
export type Losses = {
  /** Observations whose keeping was acknowledged, and what is missing or double of them. */
  observations: { acknowledged: number; missing: number; doubled: number };
  /** Versions of alerts that a monitor was shown. */
  alerts: { seen: number; versions: number; missingVersions: number; doubled: number };
  /** Acknowledgements that were confirmed. */
  acknowledgements: { confirmed: number; missing: number };
};

type Ward = { postgres: KillablePostgres; worker: ScriptedCvWorker; witness: AlertWitness };

/** Waits for the write-behind as long as anything is missing, then counts. */
export async function countLosses(ward: Ward, withinMs: number): Promise<Losses> {
  // Only what is promised by now: the load goes on meanwhile.
  const observations = [...ward.worker.acknowledged.keys()];
  const versions = [...ward.witness.versions].flatMap(([id, seen]) =>
    [...seen].map((version) => [id, version] as const),
  );
  const confirmed = [...ward.witness.acknowledged];
  const count = async (): Promise<Losses> => {
    const stored = await storedObservations(ward.postgres, observations);
    const transitions = await storedVersions(ward.postgres);
    const acknowledged = await acknowledgedAlerts(ward.postgres);
    return {
      observations: {
        acknowledged: observations.length,
        missing: observations.length - stored.distinct,
        doubled: stored.rows - stored.distinct,
      },
      alerts: {
        seen: ward.witness.versions.size,
        versions: versions.length,
        missingVersions: versions.filter(([id, version]) => !transitions.has(`${id} ${version}`)).length,
        doubled: await doubledEpisodes(ward.postgres),
      },
      acknowledgements: {
        confirmed: confirmed.length,
        missing: confirmed.filter((id) => !acknowledged.has(id)).length,
      },
    };
  };
  let losses = await count();
  await until('the write-behind', withinMs, async () => {
    losses = await count();
    return isNothingMissing(losses);
  }).catch(() => undefined);
  return losses;
}

function isNothingMissing({ observations, alerts, acknowledgements }: Losses): boolean {
  return observations.missing === 0 && alerts.missingVersions === 0 && acknowledgements.missing === 0;
}

async function storedObservations(postgres: KillablePostgres, ids: readonly string[]) {
  const [row] = await postgres.rows<{ rows: number; distinct: number }>(
    `select count(*)::integer as rows, count(distinct id)::integer as distinct
       from (select id from public.vitals union all select id from public.events) as stored
      where id = any($1::uuid[])`,
    [ids],
  );
  return row;
}

async function storedVersions(postgres: KillablePostgres): Promise<Set<string>> {
  const rows = await postgres.rows<{ alert_id: string; version: number }>(
    'select alert_id, version from public.alert_transitions',
  );
  return new Set(rows.map(({ alert_id, version }) => `${alert_id} ${version}`));
}

async function acknowledgedAlerts(postgres: KillablePostgres): Promise<Set<string>> {
  const rows = await postgres.rows<{ id: string }>(
    'select id from public.alerts where acknowledged_at is not null',
  );
  return new Set(rows.map(({ id }) => id));
}

/** Two alerts for one crossing: episodes of one rule of one patient that overlap. */
async function doubledEpisodes(postgres: KillablePostgres): Promise<number> {
  const [row] = await postgres.rows<{ doubled: number }>(
    `select count(*)::integer as doubled
       from public.alerts a join public.alerts b
         on a.patient_id = b.patient_id and a.rule = b.rule and a.episode < b.episode
        and b.started_at < coalesce(a.cleared_at, 'infinity')`,
  );
  return row.doubled;
}
