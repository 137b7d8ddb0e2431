#!/usr/bin/env node
// Plain JavaScript without newer syntax or imports: it must get as far as this message on an old Node.
if (Number(process.versions.node.split('.')[0]) < 24) {
  process.stderr.write(
    'natter: Node 24 or newer is needed, and this is ' +
      process.versions.node +
      '; see https://nodejs.org/\n',
  );
  process.exit(1);
} else {
  // Whatever is written holds private things: profiles, logs, caches.
  process.umask(63);
  void import('../dist/start.js');
}
