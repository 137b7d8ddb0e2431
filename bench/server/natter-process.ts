/** A natter server in a process of its own; tells its URL, and its CPU time whenever it is asked. */
import { createServer } from '@natter/server';

const [, , dataDirectory = ''] = process.argv;
const server = await createServer({ dataDirectory, port: 0, passwordCost: { memory: 1024, passes: 1 } });
process.on('message', () => process.send?.({ cpu: process.cpuUsage(), memory: process.memoryUsage().rss }));
process.send?.({ url: server.url });
