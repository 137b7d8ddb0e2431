/**
 * A natter server in a process of its own; tells its URL, and its CPU time and memory whenever it is asked. A second argument
 * is options of the server in JSON: a generator of load is one address that does what only many would.
 */
import { createServer } from '@natter/server';
import { answerUsage } from './usage.ts';

const [, , dataDirectory = '', options = '{}'] = process.argv;
const server = await createServer({
  dataDirectory,
  port: 0,
  passwordCost: { memory: 1024, passes: 1 },
  ...(JSON.parse(options) as object),
});
answerUsage();
process.send?.({ url: server.url });
