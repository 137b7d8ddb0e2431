/** A bare matrix-js-sdk that is synchronised when it says so, with its store in memory and nothing written anywhere. */
import { USER } from './rooms.ts';

// It logs a line a room, which is not what is measured.
for (const name of ['log', 'info', 'debug', 'warn', 'trace'] as const) console[name] = () => {};
const { ClientEvent, createClient, MemoryStore, SyncState } = await import('matrix-js-sdk');

const [, , baseUrl = ''] = process.argv;
const start = performance.now();
const client = createClient({
  baseUrl,
  userId: USER,
  deviceId: 'D',
  accessToken: 'token',
  store: new MemoryStore(),
  disableVoip: true,
});
const ready = Promise.withResolvers<void>();
client.on(ClientEvent.Sync, (state) => state === SyncState.Prepared && ready.resolve());
await client.startClient({ initialSyncLimit: 20, lazyLoadMembers: true });
await ready.promise;
const wall = performance.now() - start;
const cpu = process.cpuUsage();
process.on('message', () => process.send?.({ cpu, memory: process.memoryUsage().rss }));
process.send?.({ url: String(wall) });
