import type { ServerOptions } from '../../src/options.ts';
import { createServer } from '../../src/server.ts';

/** A server in a process of its own, to be killed at the point that `NATTER_KILL_AT` names. Prints its URL. */
const [, , dataDirectory = '', options = '{}'] = process.argv;
const server = await createServer({
  dataDirectory,
  port: 0,
  passwordCost: { memory: 1024, passes: 1 },
  ...(JSON.parse(options) as Partial<ServerOptions>),
});
process.stdout.write(`${server.url}\n`);
