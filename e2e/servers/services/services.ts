import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { startInspircd, type InspircdServer } from '../inspircd/inspircd.ts';
import { startLoopbackServer, type LoopbackRecipe } from '../loopback-server.ts';
import { anopeConfig, athemeConfig, SERVER_SIDE } from './config.ts';

/** How long services may take to link with their server, in milliseconds. */
const LINKED_WITHIN = 20_000;

/** A network of one InspIRCd and its services. */
export interface ServicesNetwork {
  readonly port: number;
  readonly tlsPort: number;
  readonly ca: InspircdServer['ca'];
  /** What the services printed. */
  log(): string;
  stop(): Promise<void>;
}

/** Starts an InspIRCd with Anope (version 2.0) as its services. Stop it in `afterAll`. */
export function startAnope(): Promise<ServicesNetwork> {
  return startNetwork((port) => ({
    name: 'anope',
    where: 'machine',
    user: 'irc',
    ports: 0,
    files: (folder) => ({ 'services.conf': anopeConfig(port, folder), 'services.motd': '' }),
    command: (folder) => {
      const places = ['conf', 'db', 'log'].map((kind) => `--${kind}dir=${folder}`);
      const modules = '--modulesdir=/usr/lib/anope'; // where Debian has them; the program looks beside its data
      return { program: 'anope', parameters: ['--nofork', '--config=services.conf', modules, ...places] };
    },
  }));
}

/** Starts an InspIRCd with Atheme (version 7.2) as its services. Stop it in `afterAll`. */
export function startAtheme(): Promise<ServicesNetwork> {
  return startNetwork((port) => ({
    name: 'atheme',
    where: 'machine',
    user: 'irc',
    ports: 0,
    files: () => ({ 'atheme.conf': athemeConfig(port), 'services.db': '' }),
    command: (folder) => ({
      program: 'atheme-services',
      parameters: [
        ['-n', '-D', folder],
        ['-c', `${folder}/atheme.conf`],
        ['-l', `${folder}/atheme.log`],
        ['-p', `${folder}/atheme.pid`],
      ].flat(),
    }),
  }));
}

async function startNetwork(services: (port: number) => LoopbackRecipe): Promise<ServicesNetwork> {
  const server = await startInspircd({ extra: SERVER_SIDE });
  try {
    const behind = await startLoopbackServer(services(server.linkPort));
    const stop = async (): Promise<void> => {
      await behind.stop();
      await server.stop();
    };
    const { port, tlsPort, ca } = server;
    if (await signsIn(port)) return { port, tlsPort, ca, log: () => behind.log(), stop };
    const said = behind.log();
    await behind.stop();
    throw new Error(`the services did not link with their server: ${said}`);
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** Whether the server comes to offer sign-in, which it does as long as services are there. */
async function signsIn(port: number): Promise<boolean> {
  const deadline = Date.now() + LINKED_WITHIN;
  while (Date.now() < deadline) {
    const socket = connect({ host: '127.0.0.1', port });
    socket.setEncoding('utf8').write('CAP LS 302\r\n');
    const signal = AbortSignal.timeout(2000);
    const [answer] = (await once(socket, 'data', { signal }).catch(() => [''])) as [string];
    socket.destroy();
    if (/ LS .*\bsasl\b/.test(answer)) return true;
    await delay(200);
  }
  return false;
}
