/** What the servers of the IRC bench say. */

/** Lines of `#flood`, as a server with message-tags sends them. */
export function channelLines(count: number): Buffer {
  const lines = Array.from({ length: count }, (_, index) => {
    const time = new Date(Date.UTC(2030, 0, 1) + index * 13).toISOString();
    const nick = `nick${index % 200}`;
    const text = `line ${index}: see you at the usual place at eight, and bring the other book too`;
    return `@time=${time};msgid=m${index};account=${nick} :${nick}!~user@host.of.some.net PRIVMSG #flood :${text}\r\n`;
  });
  return Buffer.from(lines.join(''));
}

/** The list of a channel with so many members. */
export function namesLines(nick: string, members: number): Buffer {
  const lines = [`:${nick}!~u@h JOIN #big\r\n`];
  for (let at = 0; at < members; at += 20) {
    const names = Array.from({ length: 20 }, (_, index) => `${index === 0 ? '@' : ''}member${at + index}`);
    lines.push(`:irc.bench 353 ${nick} = #big :${names.join(' ')}\r\n`);
  }
  lines.push(`:irc.bench 366 ${nick} #big :End of /NAMES list\r\n`);
  return Buffer.from(lines.join(''));
}
