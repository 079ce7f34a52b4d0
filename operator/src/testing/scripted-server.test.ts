import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { ScriptedServer } from './scripted-server.ts';

const begin = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf';

it('outlives whoever goes before a request is whole', async () => {
  const server = await ScriptedServer.start(() => expect.unreachable());
  const socket = connect(server.port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(begin);
  while (server.connections === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await new Promise((resolve) => setTimeout(resolve, 50));
  socket.destroy();
  await new Promise((resolve) => setTimeout(resolve, 50));
  // An error that nothing catches would end this run of the tests as failed.
  await server.stop();
  expect(server.received).toEqual([]);
});

it('tells of a script that throws', async () => {
  const server = await ScriptedServer.start(() => {
    throw new Error('the script is wrong');
  });
  await expect(fetch(server.url)).rejects.toThrow();
  await expect(server.stop()).rejects.toThrow('the script is wrong');
});
