import { caseMapping, foldName, type CaseMapping } from './case-mapping.ts';

/** Most tokens that are kept. */
const MOST_TOKENS = 500;

/** Most names whose folded form is kept: the same few speak again and again. */
const MOST_FOLDED = 10_000;

/** How a channel mode takes a parameter (ISUPPORT `CHANMODES`): list, always, when set, never. */
export type ModeKind = 'list' | 'always' | 'set' | 'never' | 'prefix';

/** A membership mode and its sign before a nick. */
export interface MemberPrefix {
  readonly mode: string;
  readonly sign: string;
}

/** What the server said of itself in numeric 005. Every value has the protocol's default until then. */
export class ISupport {
  readonly #tokens = new Map<string, string>();
  // Read for every name that comes, so that they are made once.
  #caseMapping: CaseMapping = 'rfc1459';
  readonly #folded = new Map<string, string>();
  #channelTypes = '#&';
  #prefixes: readonly MemberPrefix[] = readPrefixes('(ov)@+');

  /** The tokens of one 005 line, without its first and last parameter. */
  add(tokens: readonly string[]): void {
    for (const token of tokens) {
      const [, minus, name = '', value = ''] = /^(-?)([^=]+)(?:=(.*))?$/s.exec(token) ?? [];
      if (minus === '-') this.#tokens.delete(name);
      else if (name !== '' && (this.#tokens.has(name) || this.#tokens.size < MOST_TOKENS))
        this.#tokens.set(name, unescape(value));
    }
    this.#folded.clear();
    this.#caseMapping = caseMapping(this.#tokens.get('CASEMAPPING'));
    this.#channelTypes = this.#tokens.get('CHANTYPES') ?? '#&';
    this.#prefixes = readPrefixes(this.#tokens.get('PREFIX') ?? '(ov)@+');
  }

  /** A token's value; undefined when the server did not say it. */
  get(name: string): string | undefined {
    return this.#tokens.get(name);
  }

  /** A token's value as a number, or the default where it has none that makes sense. */
  number(name: string, otherwise: number): number {
    const value = Number(this.#tokens.get(name) || Number.NaN);
    return Number.isSafeInteger(value) && value > 0 ? value : otherwise;
  }

  /** The form of a name by which equal ones are told. */
  fold(name: string): string {
    const known = this.#folded.get(name);
    if (known !== undefined) return known;
    const folded = foldName(name, this.#caseMapping);
    if (this.#folded.size >= MOST_FOLDED) this.#folded.clear();
    this.#folded.set(name, folded);
    return folded;
  }

  isChannel(name: string): boolean {
    return name !== '' && this.#channelTypes.includes(name.charAt(0));
  }

  /** Membership modes and their signs, the most powerful first. */
  get prefixes(): readonly MemberPrefix[] {
    return this.#prefixes;
  }

  modeKind(mode: string): ModeKind {
    if (this.prefixes.some((prefix) => prefix.mode === mode)) return 'prefix';
    const [list = '', always = '', set = ''] = (this.#tokens.get('CHANMODES') ?? 'beI,k,l,imnpst').split(',');
    if (list.includes(mode)) return 'list';
    if (always.includes(mode)) return 'always';
    return set.includes(mode) ? 'set' : 'never';
  }

  /** How many targets a command takes at once (`TARGMAX`; `JOIN:` without a number is without bound); 1 for what is not told, JOIN excepted. */
  targets(command: string): number {
    const entry = new RegExp(`(?:^|,)${command}:(\\d*)(?:,|$)`, 'i').exec(this.#tokens.get('TARGMAX') ?? '');
    if (entry === null) return command === 'JOIN' ? Number.POSITIVE_INFINITY : 1;
    return entry[1] === '' ? Number.POSITIVE_INFINITY : Math.max(1, Number(entry[1]));
  }

  /** How many modes with a parameter one MODE may carry (`MODES`; without a number as many as fit); 3 by RFC 1459. */
  get modesAtOnce(): number {
    const value = this.#tokens.get('MODES');
    return value === '' ? 20 : this.number('MODES', 3);
  }

  /** A channel name behind a membership sign (`@#channel`): a message to those with that rank. */
  withoutStatus(target: string): string {
    const signs = this.#tokens.get('STATUSMSG') ?? '';
    return signs.includes(target.charAt(0)) && this.isChannel(target.slice(1)) ? target.slice(1) : target;
  }
}

/** `(modes)signs`; nothing for a server that has no such modes. */
function readPrefixes(text: string): readonly MemberPrefix[] {
  const [, modes = '', signs = ''] = /^\((.*)\)(.*)$/.exec(text) ?? [];
  return Array.from(modes.slice(0, signs.length), (mode, index) => ({ mode, sign: signs.charAt(index) }));
}

/** Modern IRC, RPL_ISUPPORT: `\xHH` stands for a byte. */
function unescape(value: string): string {
  return value.replace(/\\x([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
