import { withoutCodes } from '../mapping/format-codes.ts';
import { isOwn, type Feature, type Runtime } from '../runtime.ts';
import { lastParam, param, type IrcLine } from '../wire/line.ts';

/** Replies that may leave at once, and the milliseconds after which another one may. */
const BURST = 3;
const PACE = 5_000;
/** Most characters of a PING that are said again. */
const MOST_ECHO = 100;

/**
 * Answers to what programs ask programs (modern.ircdocs.horse/ctcp), when the user has allowed them (setting `ctcp`): few,
 * to people and not to channels, and nothing about this machine but the time.
 */
export class CtcpReplies implements Feature {
  readonly #runtime: Runtime;
  #left = BURST;
  #since = Date.now();

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  take(line: IrcLine): void {
    const { config, connection } = this.#runtime;
    const { source } = line;
    // What a bouncer plays was asked long ago.
    if (!config.ctcp || line.command !== 'PRIVMSG' || source === null || line.tags.has('batch')) return;
    if (isOwn(this.#runtime, source.nick) || !isOwn(this.#runtime, param(line, 0))) return;
    const [, name = '', text = ''] = /^\x01([A-Za-z]+)(?: ([^\x01]*))?\x01?$/.exec(lastParam(line)) ?? []; // oxlint-disable-line no-control-regex
    const answer = answerTo(name.toUpperCase(), text);
    if (answer === null || !this.#mayAnswer()) return;
    connection.hint('NOTICE', [source.nick, `\x01${name.toUpperCase()} ${answer}\x01`]);
  }

  #mayAnswer(): boolean {
    const earned = Math.floor((Date.now() - this.#since) / PACE);
    if (earned > 0) {
      this.#left = Math.min(BURST, this.#left + earned);
      this.#since = Date.now();
    }
    if (this.#left === 0) return false;
    this.#left -= 1;
    return true;
  }
}

function answerTo(name: string, text: string): string | null {
  switch (name) {
    case 'VERSION':
      return 'natter';
    case 'PING':
      return withoutCodes(text).replaceAll('\n', ' ').slice(0, MOST_ECHO);
    case 'TIME':
      return new Date().toISOString();
    case 'CLIENTINFO':
      return 'ACTION CLIENTINFO PING TIME VERSION';
    default:
      return null;
  }
}
