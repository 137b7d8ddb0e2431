import type { ClientLink } from '@natter/core/link';
import { NatterError, errorData } from '@natter/core/error';
import { compatibility, connectDaemon, packageVersion } from '@natter/daemon';
import type { Environment, ProfilePaths } from '@natter/daemon';
import type { LinkOptions } from '../context.ts';
import type { Terminal } from '../prompts/terminal.ts';
import { patientLink } from './patient-link.ts';

/** What a link is opened with. */
export interface LinkKeeperOptions {
  readonly paths: ProfilePaths;
  readonly environment: Environment;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  /** Whether the profile is opened in this process. */
  readonly direct: boolean;
}

/** Opens a command's link when it is first wanted, and closes it in the end. Commands cannot tell which kind they have. */
export class LinkKeeper {
  readonly #options: LinkKeeperOptions;
  #link: Promise<ClientLink> | undefined;
  #close: (() => Promise<void>) | undefined;

  constructor(options: LinkKeeperOptions) {
    this.#options = options;
  }

  open(options: LinkOptions = {}): Promise<ClientLink> {
    this.#link ??= this.#choose(options);
    return this.#link;
  }

  async close(): Promise<void> {
    await this.#close?.();
  }

  async #choose(options: LinkOptions): Promise<ClientLink> {
    if (options.stored === true) return (await this.#running()) ?? this.#readStored();
    const link = await (this.#options.direct ? this.#openProfile() : this.#connect(options));
    return patientLink(link, this.#options.signal);
  }

  /** A daemon that runs already; one that must be replaced first counts as well. */
  async #running(): Promise<ClientLink | null> {
    const found = await connectDaemon(this.#options.paths);
    if (found === null) return null;
    if (compatibility(found.status, packageVersion()) === 'older') {
      found.link.close();
      return this.#connect({});
    }
    this.#close = async () => found.link.close();
    return found.link;
  }

  async #readStored(): Promise<ClientLink> {
    const { readStoredProfile } = await import('@natter/daemon/stored');
    const reader = await readStoredProfile(this.#options.paths);
    this.#close = () => reader.close();
    return reader.link;
  }

  async #connect({ resume = false }: LinkOptions): Promise<ClientLink> {
    const { paths, environment, terminal, signal } = this.#options;
    const [{ ensureDaemon }, { askPassphrase }] = await Promise.all([
      import('@natter/daemon/start'),
      import('../prompts/passphrase.ts'),
    ]);
    const { link } = await ensureDaemon(paths, { environment, ask: askPassphrase(terminal), resume, signal });
    this.#close = async () => link.close();
    return link;
  }

  async #openProfile(): Promise<ClientLink> {
    const { paths, environment, terminal } = this.#options;
    const [{ openProfile }, { directLink }, { askPassphrase }] = await Promise.all([
      import('@natter/daemon/host'),
      import('@natter/core/link'),
      import('../prompts/passphrase.ts'),
    ]);
    const profile = await openProfile({ paths, environment, ask: askPassphrase(terminal) });
    if (profile === null)
      throw new NatterError(
        errorData(
          'conflict',
          'another natter process holds this profile: leave out --no-daemon, or end the daemon with natter daemon --stop',
        ),
      );
    const link = directLink(profile.handlers);
    this.#close = async () => {
      link.close();
      await profile.close();
    };
    return link;
  }
}
