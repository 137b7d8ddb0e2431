/** Answers the process that measures with CPU time and memory; `gc` collects garbage first, if this process may. */
export function answerUsage(): void {
  process.on('message', (question) => {
    if (question === 'gc') globalThis.gc?.();
    process.send?.({ cpu: process.cpuUsage(), memory: process.memoryUsage().rss });
  });
}
