import { chownSync, chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startChildServer, userIds } from './child-server.ts';
import { sidRoot } from './debian-sid/root.ts';
import { findExecutable } from './executables.ts';
import { freePorts } from './free-ports.ts';
import { throwAwayFolder } from './throw-away-folder.ts';

const ATTEMPTS = 5;

/** How a server program is to be run; `folder` is where it finds its files, as it sees it. */
export interface LoopbackRecipe {
  readonly name: string;
  /** On this machine, or in the root of Debian sid. */
  readonly where: 'machine' | 'sid';
  /** A system user to become where the tests run as root. */
  readonly user: string;
  /** How many ports it listens on. */
  readonly ports: number;
  /** Contents of its files, by name. */
  files(folder: string, ports: readonly number[]): Readonly<Record<string, string>>;
  readonly command: (folder: string) => { readonly program: string; readonly parameters: readonly string[] };
  /** Runs before the first start, such as to make accounts. */
  prepare?(folder: string): void;
}

/** A server of one test on loopback ports. */
export interface LoopbackServer {
  readonly host: '127.0.0.1';
  readonly ports: readonly number[];
  readonly pid: number;
  log(): string;
  /** Ends the process as a crash would. */
  kill(): Promise<void>;
  /** Stops the process and deletes its data. */
  stop(): Promise<void>;
}

/** Starts it in a throw-away folder on free ports; others may take a port meanwhile, so that is tried again. */
export async function startLoopbackServer(recipe: LoopbackRecipe): Promise<LoopbackServer> {
  const { name, where, user } = recipe;
  const root = where === 'sid' ? sidRoot() : '';
  const outside = where === 'sid' ? sidFolder(name) : throwAwayFolder(name);
  const folder = outside.slice(root.length);
  const remove = (): void => rmSync(outside, { recursive: true, force: true });
  giveTo(outside, user);
  try {
    for (let attempt = 1; ; attempt += 1) {
      const ports = await freePorts(recipe.ports);
      for (const [file, text] of Object.entries(recipe.files(folder, ports))) {
        mkdirSync(join(outside, file, '..'), { recursive: true });
        writeFileSync(join(outside, file), text);
        giveTo(join(outside, file, '..'), user);
        giveTo(join(outside, file), user);
      }
      if (attempt === 1) recipe.prepare?.(folder);
      try {
        const child = await startChildServer({ ...commandOf(recipe, folder), folder: outside, ports });
        return {
          host: '127.0.0.1',
          ports,
          pid: child.pid,
          log: () => child.log(),
          kill: () => child.kill(),
          stop: async () => {
            await child.stop();
            remove();
          },
        };
      } catch (error) {
        if (attempt === ATTEMPTS || !String(error).includes('in use')) throw error;
      }
    }
  } catch (error) {
    remove();
    throw error;
  }
}

/** In the root one becomes the user behind the change of root, which only root may do. */
function commandOf(
  { where, user, command }: LoopbackRecipe,
  folder: string,
): { program: string; parameters: readonly string[]; user?: string } {
  const { program, parameters } = command(folder);
  if (where === 'machine') return { program: findExecutable(program) ?? program, parameters, user };
  const ids = userIds(user);
  const become = ids === undefined ? [] : [`--userspec=${ids.uid}:${ids.gid}`];
  return {
    program: findExecutable('chroot') ?? 'chroot',
    parameters: [...become, sidRoot(), program, ...parameters],
  };
}

function sidFolder(name: string): string {
  mkdirSync(join(sidRoot(), 'tmp'), { recursive: true });
  return mkdtempSync(join(sidRoot(), 'tmp', `natter-${name}-`));
}

function giveTo(path: string, user: string): void {
  const ids = process.getuid?.() === 0 ? userIds(user) : undefined;
  if (ids === undefined) return;
  chownSync(path, ids.uid, ids.gid);
  chmodSync(path, 0o700);
}
