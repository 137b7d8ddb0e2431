/** The baseline: a bare WebSocket server that sends back what it gets. */
import { WebSocketServer } from 'ws';
import { answerUsage } from './usage.ts';

const server = new WebSocketServer({
  host: '127.0.0.1',
  port: 0,
  perMessageDeflate: false,
  clientTracking: false,
});
server.on('connection', (socket) => {
  socket.on('message', (data: Buffer) => socket.send(data, { binary: false }));
});
answerUsage();
server.on('listening', () => {
  const address = server.address();
  if (typeof address === 'object' && address !== null)
    process.send?.({ url: `ws://127.0.0.1:${address.port}` });
});
