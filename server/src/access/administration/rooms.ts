import { managedRoomSchema, roomSchema, type ManagedRoom, type Room } from '@haven/protocol';
import { z } from 'zod';
import { accepted, AdministrationError, audit, type AdministrationContext } from './context.ts';
import { readPage, WHOLE, type ListQuery, type Page } from './lists.ts';

const roomsSchema = z.object({ total: z.number(), items: z.array(managedRoomSchema) });

/** @throws AdministrationError INVALID_REQUEST, ALREADY_EXISTS */
export async function addRoom(context: AdministrationContext, room: Room): Promise<void> {
  if (!roomSchema.safeParse(room).success) {
    throw new AdministrationError(
      'INVALID_REQUEST',
      'A room needs an id of lower-case letters, digits and hyphens (such as ward-b) and a name of at most 80 characters.',
    );
  }
  accepted(await context.store.service.from('rooms').insert(room), {
    duplicate: new AdministrationError('ALREADY_EXISTS', `There is a room ${room.id} already.`),
  });
  await audit(context, 'room:add', `room:${room.id}`);
}

export async function listRooms(context: AdministrationContext): Promise<ManagedRoom[]> {
  return (await pageOfRooms(context, WHOLE)).items;
}

export function pageOfRooms(context: AdministrationContext, query: ListQuery): Promise<Page<ManagedRoom>> {
  return readPage(context, 'list_rooms', roomsSchema, query);
}

/** @throws AdministrationError ROOM_UNKNOWN */
export async function findRoom(context: AdministrationContext, roomId: string): Promise<ManagedRoom> {
  const { items } = await pageOfRooms(context, { ...WHOLE, search: roomId });
  return items.find(({ id }) => id === roomId) ?? unknownRoom(roomId);
}

/** @throws AdministrationError ROOM_UNKNOWN */
export async function renameRoom(
  context: AdministrationContext,
  roomId: string,
  name: string,
): Promise<void> {
  const renamed = accepted(
    await context.store.service.from('rooms').update({ name }).eq('id', roomId).select('id'),
  );
  if (renamed.length === 0) unknownRoom(roomId);
  await audit(context, 'room:rename', `room:${roomId}`);
}

/** Takes it from its users as well. @throws AdministrationError ROOM_UNKNOWN, IN_USE when patients were ever in it */
export async function removeRoom(context: AdministrationContext, roomId: string): Promise<void> {
  const removed = accepted(await context.store.service.from('rooms').delete().eq('id', roomId).select('id'), {
    reference: new AdministrationError('IN_USE', `Room ${roomId} has, or had, patients, so it stays.`),
  });
  if (removed.length === 0) unknownRoom(roomId);
  await audit(context, 'room:remove', `room:${roomId}`);
}

function unknownRoom(roomId: string): never {
  throw new AdministrationError('ROOM_UNKNOWN', `There is no room ${roomId}.`);
}
