import { isRefusal, type Verdict } from '../asks.ts';
import { isOwn, keyOf, type Runtime } from '../runtime.ts';
import { param, type IrcLine } from '../wire/line.ts';

/**
 * Follows the answer to a JOIN, which need not lead into the channel that was asked for: a full one may forward to another
 * (numeric 470), and safe channels have a longer name than they are asked by (`!name`, RFC 2811 section 3.2).
 */
export class JoinAnswer {
  readonly #runtime: Runtime;
  /** The channel that it leads into, as far as is known. */
  entered: string;

  constructor(runtime: Runtime, asked: string) {
    this.#runtime = runtime;
    this.entered = asked;
  }

  readonly judge = (line: IrcLine): Verdict => {
    const about = param(line, line.command === 'JOIN' ? 0 : 1);
    if (line.command === 'JOIN') {
      if (!isOwn(this.#runtime, line.source?.nick ?? '') || !this.#is(about)) return null;
      this.entered = about;
      return 'end';
    }
    if (!isRefusal(line) || !this.#is(about)) return null;
    if (line.command !== '470' || param(line, 2) === '') return 'refusal';
    this.entered = param(line, 2);
    return 'part';
  };

  #is(name: string): boolean {
    const [key, entered] = [keyOf(this.#runtime, name), keyOf(this.#runtime, this.entered)];
    const short = entered.replace(/^!{1,2}/, '');
    return key === entered || (entered.startsWith('!') && key.startsWith('!') && key.endsWith(short));
  }
}
