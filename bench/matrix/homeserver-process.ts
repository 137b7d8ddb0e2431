/** A homeserver with one user who has many rooms; it takes what is sent, and has nothing new to tell. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { firstSync, USER } from './rooms.ts';

const [, , rooms = '500', events = '20', members = '10'] = process.argv;
const first = firstSync(Number(rooms), Number(events), Number(members));
let count = 0;

function say(response: ServerResponse, text: string): void {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://localhost');
  request.resume();
  if (url.pathname.endsWith('/login') && request.method === 'GET')
    return say(response, '{"flows":[{"type":"m.login.password"}]}');
  if (url.pathname.endsWith('/login') || url.pathname.endsWith('/whoami'))
    return say(response, JSON.stringify({ user_id: USER, device_id: 'D', access_token: 'token' }));
  if (url.pathname.endsWith('/versions'))
    return say(response, '{"versions":["v1.11"],"unstable_features":{}}');
  if (url.pathname.includes('/filter')) return say(response, '{"filter_id":"1"}');
  if (url.pathname.includes('/send/'))
    return say(response, JSON.stringify({ event_id: `$sent${(count += 1)}` }));
  if (!url.pathname.endsWith('/sync')) return say(response, '{}');
  if (!url.searchParams.has('since')) return say(response, first);
  if (url.searchParams.get('timeout') === '0') return say(response, '{"next_batch":"s1"}');
  // Nothing is new: the answer is held until the client goes.
});
process.on('message', () => process.send?.({ cpu: process.cpuUsage(), memory: process.memoryUsage().rss }));
server.listen(0, '127.0.0.1', () =>
  process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }),
);
