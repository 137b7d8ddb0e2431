/** A user with many rooms, as a first synchronisation tells it. */
const SERVER = 'bench.test';

/** The user that signs in. */
export const USER: string = `@me:${SERVER}`;

/** The room that is written to. */
export const ROOM: string = roomId(0);

function roomId(room: number): string {
  return `!room${room}:${SERVER}`;
}

function member(room: number, index: number): object {
  const id = index === 0 ? USER : `@user${room}-${index}:${SERVER}`;
  return {
    type: 'm.room.member',
    state_key: id,
    sender: id,
    event_id: `$m${room}-${index}`,
    origin_server_ts: 1,
    content: { membership: 'join', displayname: `User ${index}` },
  };
}

function state(room: number, type: string, content: object): object {
  const sender = `@user${room}-1:${SERVER}`;
  return { type, state_key: '', sender, event_id: `$${type}${room}`, origin_server_ts: 1, content };
}

/** The answer to a first synchronisation. */
export function firstSync(rooms: number, events: number, members: number): string {
  const join = Array.from({ length: rooms }, (_, room) => {
    const timeline = Array.from({ length: events }, (_each, index) => ({
      type: 'm.room.message',
      sender: `@user${room}-${1 + (index % (members - 1))}:${SERVER}`,
      event_id: `$e${room}-${index}`,
      origin_server_ts: 1_700_000_000_000 + index,
      content: { msgtype: 'm.text', body: `message ${index} of room ${room}, about as long as people write` },
    }));
    const known = [
      state(room, 'm.room.create', { room_version: '11' }),
      state(room, 'm.room.join_rules', { join_rule: 'invite' }),
      state(room, 'm.room.power_levels', { users: { [`@user${room}-1:${SERVER}`]: 100 } }),
      state(room, 'm.room.name', { name: `Room ${room}` }),
      ...Array.from({ length: members }, (_each, index) => member(room, index)),
    ];
    const told = {
      state: { events: known },
      timeline: { events: timeline, limited: true, prev_batch: `p${room}` },
      summary: { 'm.joined_member_count': members },
    };
    return [roomId(room), told] as const;
  });
  return JSON.stringify({ next_batch: 's1', rooms: { join: Object.fromEntries(join) } });
}
