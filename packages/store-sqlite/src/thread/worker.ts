import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { storageError } from '../errors.ts';
import type { DatabaseSettings } from '../file/open-database.ts';
import type { Answer, Request } from './protocol.ts';
import { Service } from './serve.ts';

/** The thread of one connection. */
function run(settings: DatabaseSettings): void {
  const port = parentPort;
  if (port === null) return;
  const post = (answer: Answer): void => port.postMessage(answer);
  let service: Service;
  try {
    service = new Service(settings);
  } catch (error) {
    post({ id: 0, error: storageError(settings.file, error) });
    return;
  }
  post({ id: 0, value: null });
  port.on('message', (first: Request) => {
    const requests = [first];
    for (let next = receive(); next !== undefined; next = receive()) requests.push(next);
    for (const answer of service.answer(requests)) post(answer);
    if (requests.some((request) => request.method === 'close')) port.close();
  });

  function receive(): Request | undefined {
    return port === null ? undefined : (receiveMessageOnPort(port)?.message as Request | undefined);
  }
}

run(workerData as DatabaseSettings);
