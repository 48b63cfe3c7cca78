import { roomSchema, type Room } from '@haven/protocol';
import { accepted, AdministrationError, audit, type AdministrationContext } from './context.ts';

/** @throws AdministrationError when the id is malformed or taken */
export async function addRoom(context: AdministrationContext, room: Room): Promise<void> {
  if (!roomSchema.safeParse(room).success) {
    throw new AdministrationError(
      'A room needs an id of lower-case letters, digits and hyphens (such as ward-b) and a name of at most 80 characters.',
    );
  }
  accepted(await context.store.service.from('rooms').insert(room), {
    duplicate: `There is a room ${room.id} already.`,
  });
  await audit(context, 'room:add', `room:${room.id}`);
}

export async function listRooms({ store }: AdministrationContext): Promise<Room[]> {
  return accepted(await store.service.from('rooms').select('id, name').order('id'));
}

/** @throws AdministrationError when it is unknown, or patients were ever in it */
export async function removeRoom(context: AdministrationContext, roomId: string): Promise<void> {
  const removed = accepted(await context.store.service.from('rooms').delete().eq('id', roomId).select('id'), {
    reference: `Room ${roomId} has, or had, patients, so it stays.`,
  });
  if (removed.length === 0) throw new AdministrationError(`There is no room ${roomId}.`);
  await audit(context, 'room:remove', `room:${roomId}`);
}
