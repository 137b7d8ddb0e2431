/** An IRC server that knows four channels: #flood and #big say much at once, #endless one line without an end, others nothing. */
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { channelLines, namesLines } from './lines.ts';

const [, , lines = '100000', members = '10000'] = process.argv;
const flood = channelLines(Number(lines));
const endless = Buffer.alloc(48 * 1024 * 1024, 'x');

function answer(socket: Socket, line: string, nick: string): string {
  const [command = '', first = ''] = line.replace(/^@\S+ /, '').split(' ');
  if (command === 'CAP' && first === 'LS')
    socket.write(':irc.bench CAP * LS :server-time message-tags account-tag multi-prefix\r\n');
  if (command === 'CAP' && first === 'REQ')
    socket.write(`:irc.bench CAP * ACK :${line.slice(line.indexOf('REQ') + 4).replace(/^:/, '')}\r\n`);
  if (command === 'CAP' && first === 'END')
    socket.write(
      `:irc.bench 001 ${nick} :welcome\r\n:irc.bench 005 ${nick} CHANTYPES=# PREFIX=(ov)@+ :are supported\r\n` +
        `:irc.bench 422 ${nick} :no message\r\n`,
    );
  if (command === 'PING') socket.write(`:irc.bench PONG irc.bench :${first.replace(/^:/, '')}\r\n`);
  if (command === 'ISON') socket.write(`:irc.bench 303 ${nick} :\r\n`);
  if (command === 'WHO') socket.write(`:irc.bench 315 ${nick} ${first} :end\r\n`);
  if (command === 'JOIN') join(socket, first, nick);
  return command === 'NICK' ? first : nick;
}

function join(socket: Socket, channel: string, nick: string): void {
  if (channel === '#big') socket.write(namesLines(nick, Number(members)));
  else {
    socket.write(`:${nick}!~u@h JOIN ${channel}\r\n:irc.bench 353 ${nick} = ${channel} :${nick}\r\n`);
    socket.write(`:irc.bench 366 ${nick} ${channel} :End of /NAMES list\r\n`);
  }
  if (channel === '#flood') socket.write(flood);
  if (channel === '#endless') socket.write(endless);
}

const server = createServer((socket) => {
  let [rest, nick] = ['', '*'];
  socket.setEncoding('utf8');
  socket.on('error', () => {});
  socket.on('data', (chunk: string) => {
    const all = (rest + chunk).split('\r\n');
    rest = all.pop() ?? '';
    for (const line of all) nick = answer(socket, line, nick);
  });
});
process.on('message', () => process.send?.({ cpu: process.cpuUsage(), memory: process.memoryUsage().rss }));
server.listen(0, '127.0.0.1', () => process.send?.({ url: String((server.address() as AddressInfo).port) }));
