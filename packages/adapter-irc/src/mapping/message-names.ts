import { remoteKey, type RemoteKey } from '@natter/core/model';
import { lastParam, param, type IrcLine } from '../wire/line.ts';
import { derivedId } from './history-point.ts';
import { sentAt } from './message.ts';

/** Most messages that are counted; of a second long ago nothing more comes live. */
const MOST_COUNTED = 1000;

/** Under what ids of the server messages are known that it may tell without: text files of soju keep none. */
export interface KnownNames {
  /** A message has both of these. */
  note(derived: RemoteKey, id: RemoteKey): void;
  idOf(derived: RemoteKey): RemoteKey | null;
}

/**
 * Gives messages an id whose server gives none, the same for every copy. One names what comes live, and one each page or
 * buffer that is played: each of them tells the messages of one second from the first on.
 */
export class MessageNames {
  readonly #fold: (name: string) => string;
  readonly #known: KnownNames;
  readonly #counted = new Map<string, number>();

  constructor(fold: (name: string) => string, known: KnownNames) {
    this.#fold = fold;
    this.#known = known;
  }

  /** The line with an id, where that is possible: the server's, if it ever told one. */
  named(line: IrcLine): IrcLine {
    const time = sentAt(line);
    if (line.command !== 'PRIVMSG' && line.command !== 'NOTICE') return line;
    if (time === null) return line;
    const said = `${line.command} ${this.#fold(param(line, 0))} ${lastParam(line)}`;
    const sender = this.#fold(line.source?.nick ?? '');
    const first = derivedId(time, sender, said, 0);
    const before = this.#counted.get(first) ?? 0;
    if (this.#counted.size >= MOST_COUNTED) this.#counted.clear();
    this.#counted.set(first, before + 1);
    const own = before === 0 ? first : derivedId(time, sender, said, before);
    const id = line.tags.get('msgid') ?? '';
    if (id === '') return { ...line, tags: new Map([...line.tags, ['msgid', this.#known.idOf(own) ?? own]]) };
    this.#known.note(own, remoteKey(id));
    return line;
  }
}
