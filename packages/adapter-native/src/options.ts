/** What whoever embeds the adapter may choose. Times are in milliseconds. */
export interface NativeAdapterOptions {
  /** What is calling, for the logs of servers. Default: natter. */
  readonly client?: { readonly name: string; readonly version: string };
  /** Name of this device in the owner's list of devices. Default: natter. */
  readonly deviceName?: string;
  /** How long a server may take to accept a connection. Default 15,000. */
  readonly openTimeout?: number;
  /** Silence after which the server is asked whether it is there. Default 30,000. */
  readonly keepaliveInterval?: number;
  /** How long the server may take to answer anything. Default 20,000. */
  readonly replyTimeout?: number;
  /** UTF-16 units of updates that may be under way to the store before the socket is read no further. Default 1 Mi. */
  readonly maximumUncommitted?: number;
}

/** The same with every default filled in. */
export type Settings = Required<NativeAdapterOptions>;

/** Fills in the defaults. */
export function settingsOf(options: NativeAdapterOptions): Settings {
  return {
    client: { name: 'natter', version: '1' },
    deviceName: 'natter',
    openTimeout: 15_000,
    keepaliveInterval: 30_000,
    replyTimeout: 20_000,
    maximumUncommitted: 1024 * 1024,
    ...options,
  };
}
