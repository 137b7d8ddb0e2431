import { directLink, slowJsonLink } from '../../src/link/index.ts';
import type { ClientLink, EndReason, SlowJsonLink } from '../../src/link/index.ts';
import { NatterError } from '../../src/model/error.ts';
import { smallManifest } from './small-client.ts';
import type { SmallMethods, SmallServer, SmallStreams } from './small-client.ts';

export type SmallLink = ClientLink<SmallMethods, SmallStreams>;

/** What the tests have opened and must close. */
export const open: SmallLink[] = [];

export function track<L extends SmallLink>(link: L): L {
  open.push(link);
  return link;
}

export async function slow(
  server: SmallServer,
  delay = 1,
): Promise<SlowJsonLink<SmallMethods, SmallStreams>> {
  return track(await slowJsonLink<SmallMethods, SmallStreams>(server, { delay, manifest: smallManifest }));
}

export const links: [string, (server: SmallServer) => Promise<SmallLink>][] = [
  ['direct', async (server) => track(directLink<SmallMethods, SmallStreams>(server, smallManifest))],
  ['JSON with a slow reader', (server) => slow(server, 2)],
];

/** Collects what a stream delivers; gives credit for each frame unless told to wait. */
export function collect<Name extends keyof SmallStreams>(
  link: SmallLink,
  name: Name,
  params: SmallStreams[Name][0],
  { credit = true } = {},
): { frames: unknown[]; ends: EndReason[]; subscription: ReturnType<SmallLink['open']> } {
  const frames: unknown[] = [];
  const ends: EndReason[] = [];
  const subscription: ReturnType<SmallLink['open']> = link.open(name, params, {
    frame: (frame) => {
      frames.push(frame);
      if (credit) queueMicrotask(() => subscription.credit(1));
    },
    end: (why) => void ends.push(why),
  });
  return { frames, ends, subscription };
}

export async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  return NatterError.isInstance(error) ? error.data.code : `not a NatterError: ${String(error)}`;
}
