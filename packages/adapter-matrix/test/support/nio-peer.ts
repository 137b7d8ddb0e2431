import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { eventually } from './home.ts';

const PYTHON = '/usr/bin/python3';
const program = fileURLToPath(new URL('nio_peer.py', import.meta.url));

/** Something that nio tells. */
export type NioEvent = { readonly event: string } & Readonly<Record<string, unknown>>;

/** A client of others, in a process of its own: matrix-nio with libolm. */
export class NioPeer {
  readonly events: NioEvent[] = [];
  readonly #child: ChildProcess;
  #errors = '';

  private constructor(child: ChildProcess) {
    this.#child = child;
    if (child.stdout !== null)
      createInterface({ input: child.stdout }).on('line', (line) =>
        this.events.push(JSON.parse(line) as NioEvent),
      );
    child.stderr?.on('data', (text: Buffer) => (this.#errors += text.toString()));
  }

  static async start(url: string, user: string, password: string): Promise<NioPeer> {
    const peer = new NioPeer(spawn(PYTHON, [program, url, user, password]));
    await peer.tells('ready');
    return peer;
  }

  do(what: string, parameters: Readonly<Record<string, unknown>> = {}): void {
    this.#child.stdin?.write(`${JSON.stringify({ do: what, ...parameters })}\n`);
  }

  /** Waits for an event of a kind. */
  async tells(kind: string): Promise<NioEvent> {
    const found = (): NioEvent | undefined => this.events.find(({ event }) => event === kind);
    await eventually(() => found() ?? this.#failure()).toMatchObject({ event: kind });
    return found() ?? { event: '' };
  }

  stop(): void {
    this.#child.kill('SIGKILL');
  }

  #failure(): string {
    return `${JSON.stringify(this.events)} ${this.#errors}`;
  }
}
