import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import type { ClientLink } from '@natter/core/link';
import type { Person } from '@natter/core/model';
import { everybody, personLine } from './contact-list.ts';
import { follow } from './follow.ts';
import type { Say } from './main-job.ts';
import { plainText } from './plain-text.ts';

const HELP = `
  list          everybody, the most reachable first
  open NAME     the last messages with somebody; what you type from then on goes to them
  close         back to nobody
  quit          or Ctrl-C, or Ctrl-D`;

/** A simple conversation with a terminal, until the user has enough. */
export async function lineMode(link: ClientLink, say: Say): Promise<void> {
  const lines = createInterface({ input: process.stdin, output: process.stdout, prompt: 'natter> ' });
  const session = new LineSession(link, say);
  const stop = follow(link, (item) => {
    const line = session.news(item);
    if (line === undefined) return;
    process.stdout.write('\r\u001b[K');
    say(line);
    lines.prompt(true);
  });
  say(`\nYour turn.${HELP}\n`);
  lines.on('SIGINT', () => lines.close());
  lines.prompt();
  for await (const line of lines) {
    if (line.trim() === 'quit') break;
    try {
      await session.handle(line.trim());
    } catch (error) {
      say(error instanceof Error ? error.message : String(error));
    }
    lines.setPrompt(session.prompt);
    lines.prompt();
  }
  lines.close();
  stop();
  say('');
}

type News = Parameters<Parameters<typeof follow>[1]>[0];

class LineSession {
  readonly #link: ClientLink;
  readonly #say: Say;
  #open: Person | undefined;

  constructor(link: ClientLink, say: Say) {
    this.#link = link;
    this.#say = say;
  }

  get prompt(): string {
    return this.#open === undefined ? 'natter> ' : `${plainText(this.#open.name)}> `;
  }

  async handle(line: string): Promise<void> {
    const [word = '', ...rest] = line.split(' ');
    if (line === '') return;
    if (word === 'list') return this.#list();
    if (word === 'open') return this.#openPerson(rest.join(' '));
    if (word === 'close') this.#open = undefined;
    else if (this.#open === undefined) this.#say(`I know:${HELP}`);
    else await this.#write(this.#open, line);
  }

  /** What is worth a line of its own, while the user may be typing. */
  news(item: News): string | undefined {
    if (item.type === 'message' && item.what === 'new' && item.message.direction === 'in') {
      return `${plainText(item.message.fromName)}: ${plainText(item.message.content.text)}`;
    }
    if (item.type === 'presence') return `* ${plainText(item.address)} is ${item.presence.availability}`;
    if (item.type === 'connection' && item.error !== null) {
      return `* ${plainText(item.account.address)}: ${plainText(item.error.message)}`;
    }
    return undefined;
  }

  async #list(): Promise<void> {
    for (const person of await everybody(this.#link)) this.#say(`  ${personLine(person)}`);
  }

  async #openPerson(name: string): Promise<void> {
    const wanted = name.toLowerCase();
    const people = (await everybody(this.#link)).filter((person) =>
      person.name.toLowerCase().includes(wanted),
    );
    const [person] = people;
    if (person === undefined || people.length > 1) {
      const choices = people.map((each) => plainText(each.name)).join(', ');
      this.#say(person === undefined ? `nobody is called ${plainText(name)}` : `which one: ${choices}?`);
      return;
    }
    this.#open = person;
    for (const { conversation } of person.contacts) {
      if (conversation === null) continue;
      const { rows } = await this.#link.call('history.page', { conversation, limit: 10 });
      for (const row of rows) {
        this.#say(`  ${row.network}  ${plainText(row.fromName)}: ${plainText(row.content.text)}`);
      }
    }
  }

  async #write(person: Person, text: string): Promise<void> {
    const draft = { content: { kind: 'text' as const, text } };
    await this.#link.call('message.send', { key: randomUUID(), to: { person: person.id }, draft });
  }
}
