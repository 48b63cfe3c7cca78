import { roomPageSchema } from '@haven/protocol';
import { useEffect, useState } from 'react';
import { useSignedIn } from '../session/signed-in.ts';
import type { Option } from '../ui/form-field.tsx';

/** Rooms that one page of the list brings. */
const PAGE_ROWS = 200;
/** More rooms than anybody ticks in a form; the rest is left out. */
const MOST_PAGES = 5;

/** Every room to choose from; empty until they are read, and when they cannot be. */
export function useAllRooms(): readonly Option[] {
  const { request } = useSignedIn();
  const [rooms, setRooms] = useState<readonly Option[]>([]);
  useEffect(() => {
    let wanted = true;
    const read = async () => {
      const found: Option[] = [];
      let after: string | null = '';
      for (let page = 0; page < MOST_PAGES && after !== null; page += 1) {
        const query: string = after === '' ? '' : `&after=${encodeURIComponent(after)}`;
        const { items, next } = await request(`/admin/rooms?limit=${PAGE_ROWS}${query}`, roomPageSchema);
        for (const { id, name } of items) found.push({ value: id, name: `${name} (${id})` });
        after = next;
      }
      if (wanted) setRooms(found);
    };
    // The form says at sending what is missing.
    read().catch(() => undefined);
    return () => {
      wanted = false;
    };
  }, [request]);
  return rooms;
}
