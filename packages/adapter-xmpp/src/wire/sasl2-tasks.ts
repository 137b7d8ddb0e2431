import { saltPassword, toBase64, type Credentials, type Mechanism, type ScramHash } from '@natter/wire';
import { Element } from '@xmpp/xml';
import { WireError } from './error.ts';
import { NS } from './namespaces.ts';
import { decodeSasl, saslFailure } from './sasl.ts';
import type { XmppStream } from './stream.ts';

/** Tasks that give the server what it needs for a stronger mechanism (XEP-0480 section 3); the strongest last. */
const UPGRADES: readonly { readonly task: string; readonly hash: ScramHash }[] = [
  { task: 'UPGR-SCRAM-SHA-1', hash: 'SHA-1' },
  { task: 'UPGR-SCRAM-SHA-256', hash: 'SHA-256' },
  { task: 'UPGR-SCRAM-SHA-512', hash: 'SHA-512' },
];

/**
 * What a server may want between the password and the success (XEP-0388 section 2.6.3). Upgrades are done once each and only
 * where they were asked for; any other task ends the sign-in with an error that names it.
 */
export class UpgradeTasks {
  static readonly none: UpgradeTasks = new UpgradeTasks(new Map(), null);
  readonly #open: Map<string, ScramHash>;
  readonly #credentials: Credentials | null;

  private constructor(open: Map<string, ScramHash>, credentials: Credentials | null) {
    this.#open = open;
    this.#credentials = credentials;
  }

  /**
   * What is worth being asked for: the strongest mechanism that the server has not, if it is stronger than the one by which we
   * sign in. One a time, as ejabberd 26 breaks off where there are two. What the server is then given is worth a password, so
   * nobody may be in the middle: only a sign-in that is bound to the connection comes with an upgrade (XEP-0480 section 5).
   */
  static select(
    authentication: Element | undefined,
    mechanism: Mechanism,
    credentials: Credentials,
  ): UpgradeTasks {
    const texts = (name: string, namespace: string): readonly string[] =>
      (authentication?.getChildren(name, namespace) ?? []).map((element) => element.getText().trim());
    const [offered, has] = [texts('upgrade', NS.saslUpgrade), texts('mechanism', NS.sasl2)];
    const present = UPGRADES.findIndex(({ hash }) => mechanism.name === `SCRAM-${hash}-PLUS`);
    if (present < 0) return UpgradeTasks.none;
    const best = UPGRADES.slice(present + 1).findLast(
      ({ task, hash }) => offered.includes(task) && !has.includes(`SCRAM-${hash}`),
    );
    return best === undefined
      ? UpgradeTasks.none
      : new UpgradeTasks(new Map([[best.task, best.hash]]), credentials);
  }

  /** What asks for them. */
  requests(): readonly Element[] {
    return [...this.#open.keys()].map((task) => new Element('upgrade', { xmlns: NS.saslUpgrade }).t(task));
  }

  /** The task to go on with. Throws WireError `sasl-task` when there is none that can be done. */
  choose(step: Element): string {
    const tasks = (step.getChild('tasks')?.getChildren('task') ?? []).map((task) => task.getText().trim());
    const chosen = tasks.find((task) => this.#open.has(task));
    if (chosen !== undefined) return chosen;
    const names = tasks.slice(0, 5).map((task) => task.slice(0, 40));
    const text = step.getChildText('text')?.trim() ?? '';
    throw new WireError(
      'sasl-task',
      `the server wants ${names.join(' or ') || 'another step'} beside the password, which natter cannot do` +
        (text === '' ? '' : `; it says: ${text}`),
      { condition: names.join(' ') || 'continue', text },
    );
  }

  /** Does one of them; what comes next is another step of the sign-in. */
  async perform(stream: XmppStream, task: string): Promise<void> {
    const hash = this.#open.get(task);
    if (hash === undefined || this.#credentials === null) throw new Error(`${task} was not chosen`);
    this.#open.delete(task);
    stream.channel.send(new Element('next', { xmlns: NS.sasl2, task }));
    const salt = (await takeTaskData(stream)).getChild('salt', NS.scramUpgrade);
    if (salt === undefined) throw new WireError('protocol', `the server sent no salt for ${task}`);
    // The text of the document calls the attribute `iteration`, its example and everybody else `iterations`.
    const iterations = Number(salt.attrs['iterations'] ?? salt.attrs['iteration']);
    const salted = await saltPassword(hash, this.#credentials, decodeSasl(salt.getText()), iterations);
    const data = new Element('task-data', { xmlns: NS.sasl2 });
    data.c('hash', { xmlns: NS.scramUpgrade }).t(toBase64(salted));
    stream.channel.send(data);
  }
}

async function takeTaskData(stream: XmppStream): Promise<Element> {
  const element = await stream.inbox.take();
  if (element.is('failure', NS.sasl2)) throw saslFailure(element);
  if (!element.is('task-data', NS.sasl2)) throw new WireError('protocol', 'the server broke off the sign-in');
  return element;
}
