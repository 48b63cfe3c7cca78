import type { LiveFigures, StreamFigures } from '@haven/protocol';
import type { Router } from 'express';
import type { Records } from '../records/records.ts';
import type { Gate } from './gate.ts';

/** A stream as the media plane knows it: where its patient lies is in the records. */
export type PatientFigures = Omit<StreamFigures, 'room' | 'bed'> & { patientId: string };
export type MediaFigures = Omit<LiveFigures, 'streams'> & { streams: PatientFigures[] };
export type FiguresReads = () => MediaFigures;

type Parts = { gate: Gate; records: Pick<Records, 'patientsOf' | 'rooms'>; figures: FiguresReads };

/**
 * How media fare, for a page that asks every two seconds: therefore only refusals are audited. Beds are named by room
 * and bed, never by patient.
 */
export function addLiveFiguresRoute(api: Router, { gate, records, figures }: Parts): void {
  api.get('/operations/streams', async (request, response) => {
    await gate.allow(request, 'operations:read', 'server');
    const rooms = new Map((await records.rooms()).map(({ id, name }) => [id, name]));
    const patients = await records.patientsOf(rooms.keys());
    const places = new Map(
      patients.map(({ id, roomId, bed }) => [id, { room: rooms.get(roomId) ?? roomId, bed }]),
    );
    const { streams, ...others } = figures();
    const answer: LiveFigures = {
      ...others,
      streams: streams.map(({ patientId, ...stream }) => ({
        ...(places.get(patientId) ?? { room: '–', bed: '–' }),
        ...stream,
      })),
    };
    response.json(answer);
  });
}
