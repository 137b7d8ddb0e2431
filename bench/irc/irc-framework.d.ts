/** The parts of irc-framework that are measured; it comes without types. */
declare module 'irc-framework' {
  class Client {
    connect(options: { host: string; port: number; nick: string }): void;
    on(event: 'registered' | 'message', listener: () => void): void;
    join(channel: string): void;
    quit(): void;
  }
  const framework: { Client: typeof Client; ircLineParser(line: string): object };
  export default framework;
}
