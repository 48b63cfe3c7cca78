import { roomPageSchema } from '@haven/protocol';
import { useCallback } from 'react';
import { useSignedIn } from '../session/signed-in.ts';
import type { Option } from '../ui/form-field.tsx';
import { useLoaded } from '../ui/use-loaded.ts';

/** Rooms that one page of the list brings. */
const PAGE_ROWS = 200;
/** More rooms than anybody ticks in a form; the rest is left out. */
const MOST_PAGES = 5;

/** Every room to choose from; empty until they are read. The form says at sending what is missing. */
export function useAllRooms(): readonly Option[] {
  const { request } = useSignedIn();
  const read = useCallback(async () => {
    const rooms: Option[] = [];
    let after: string | null = null;
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const body: object = { limit: PAGE_ROWS, ...(after === null ? {} : { after }) };
      const answer = await request('/admin/rooms/search', roomPageSchema, { method: 'POST', body });
      const { items, next }: { items: typeof answer.items; next: string | null } = answer;
      for (const { id, name } of items) rooms.push({ value: id, name: `${name} (${id})` });
      if (next === null) break;
      after = next;
    }
    return rooms;
  }, [request]);
  return useLoaded(read).value ?? [];
}
