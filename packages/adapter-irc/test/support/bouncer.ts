import { ScriptedServer } from './scripted-server.ts';

/** How a bouncer is to be. */
export interface BouncerStyle {
  /** Whether messages have ids, as behind Ergo; soju and ZNC give none. */
  readonly ids?: boolean;
  /** Whether answers carry labels. */
  readonly labels?: boolean;
  /** Messages in one answer. */
  readonly limit?: number;
  /** ISUPPORT MSGREFTYPES. */
  readonly kinds?: string;
  /** Plays its buffers to whoever comes, as ZNC does, in place of answering questions. */
  readonly plays?: boolean;
  /** Commands of CHATHISTORY and conversations of which it tells nothing. */
  readonly refuses?: readonly string[];
}

interface Logged {
  readonly from: string;
  readonly target: string;
  readonly text: string;
  readonly time: number;
  readonly id: string;
}

/** A server for the nick `me` that keeps what is said while nobody is there. */
export class Bouncer {
  readonly #style: Required<BouncerStyle>;
  readonly #log: Logged[] = [];
  #clock = Date.UTC(2030, 0, 1);
  #batches = 0;
  server!: ScriptedServer;
  /** Called when a question for history came, before it is answered. */
  asked: () => void = () => {};

  private constructor(style: BouncerStyle) {
    this.#style = {
      ids: true,
      labels: true,
      limit: 100,
      kinds: 'msgid,timestamp',
      plays: false,
      refuses: [],
      ...style,
    };
  }

  static async start(style: BouncerStyle = {}): Promise<Bouncer> {
    const bouncer = new Bouncer(style);
    const { limit, kinds, plays } = bouncer.#style;
    const support = plays ? '' : `CHATHISTORY=${limit} MSGREFTYPES=${kinds}`;
    bouncer.server = await ScriptedServer.start((line, say) => bouncer.#answer(line, say), support);
    return bouncer;
  }

  /** Somebody says something; whoever is connected hears it at once. */
  say(from: string, target: string, text: string): void {
    const logged = { from, target, text, time: (this.#clock += 7), id: `id${this.#log.length}` };
    this.#log.push(logged);
    this.server.push(this.#line(logged));
  }

  #line({ from, target, text, time, id }: Logged, batch = ''): string {
    const tags = [
      ...(batch === '' ? [] : [`batch=${batch}`]),
      `time=${new Date(time).toISOString()}`,
      ...(this.#style.ids ? [`msgid=${id}`] : []),
    ];
    return `@${tags.join(';')} :${from}!u@h PRIVMSG ${target} :${text}`;
  }

  #answer(line: string, say: (line: string) => void): boolean {
    const { labels, plays } = this.#style;
    const offered = ['batch', 'echo-message', 'message-tags', 'server-time']
      .concat(labels ? ['labeled-response'] : [])
      .concat(plays ? [] : ['draft/chathistory']);
    const [, label = '', rest = ''] = /^(?:@label=(\S+) )?(.*)$/.exec(line) ?? [];
    const [command = '', ...params] = rest.split(' ');
    if (line === 'CAP LS 302') say(`:s CAP * LS :${offered.join(' ')}`);
    else if (line.startsWith('CAP REQ')) say(`:s CAP * ACK :${line.replace(/^CAP REQ :?/, '')}`);
    else if (command === 'CHATHISTORY') this.#history(params, label, say);
    else if (command === 'JOIN') this.#join(params[0] ?? '', say);
    else return false;
    return true;
  }

  #join(name: string, say: (line: string) => void): void {
    say(`:me!u@h JOIN ${name}`);
    say(`:s 353 me = ${name} :me other`);
    say(`:s 366 me ${name} :end`);
    if (!this.#style.plays) return;
    const batch = `b${(this.#batches += 1)}`;
    say(`BATCH +${batch} znc.in/playback ${name}`);
    for (const logged of this.#log) if (logged.target === name) say(this.#line(logged, batch));
    say(`BATCH -${batch}`);
  }

  #history(params: readonly string[], label: string, say: (line: string) => void): void {
    const [command = '', target = '', at = '', limitText = ''] = params;
    const limit = Math.min(Number(limitText), this.#style.limit);
    const batch = `b${(this.#batches += 1)}`;
    const tag = label === '' ? '' : `@label=${label} `;
    if (this.#style.refuses.some((word) => word === command || word === target)) {
      say(`${tag}:s FAIL CHATHISTORY INVALID_TARGET ${command} ${target} :not for you`);
      return;
    }
    if (command === 'TARGETS') {
      say(`${tag}BATCH +${batch} draft/chathistory-targets`);
      for (const [name, time] of this.#targets(target, at))
        say(`@batch=${batch} :s CHATHISTORY TARGETS ${name} ${new Date(time).toISOString()}`);
      say(`BATCH -${batch}`);
      return;
    }
    const mine = this.#log.filter((each) => otherSide(each) === target);
    const told = (
      {
        LATEST: mine.filter((each) => at === '*' || this.#after(each, at)).slice(-limit),
        BEFORE: mine.filter((each) => this.#before(each, at)).slice(-limit),
        AFTER: mine.filter((each) => this.#after(each, at)).slice(0, limit),
      } as Record<string, Logged[]>
    )[command];
    say(`${tag}BATCH +${batch} chathistory ${target}`);
    for (const logged of told ?? []) say(this.#line(logged, batch));
    this.asked();
    say(`BATCH -${batch}`);
  }

  #targets(from: string, to: string): Map<string, number> {
    const [low, high] = [from, to].map((text) => Date.parse(text.replace('timestamp=', '')));
    const last = new Map(this.#log.map((each) => [otherSide(each), each.time]));
    return new Map([...last].filter(([, time]) => time > (low ?? 0) && time < (high ?? 0)));
  }

  #after(logged: Logged, at: string): boolean {
    return at.startsWith('msgid=')
      ? this.#log.indexOf(logged) > this.#log.findIndex(({ id }) => at === `msgid=${id}`)
      : logged.time > Date.parse(at.replace('timestamp=', ''));
  }

  #before(logged: Logged, at: string): boolean {
    return at.startsWith('msgid=')
      ? this.#log.indexOf(logged) < this.#log.findIndex(({ id }) => at === `msgid=${id}`)
      : logged.time < Date.parse(at.replace('timestamp=', ''));
  }
}

function otherSide({ from, target }: Logged): string {
  return target === 'me' ? from : target;
}
