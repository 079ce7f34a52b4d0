import { createSocket, type Socket } from 'node:dgram';

/** What a name server was asked. */
export interface NameQuestion {
  readonly name: string;
  readonly type: 'A' | 'AAAA' | 'other';
}

/** Addresses that answer a question, none for a name without such; `silence` for no answer at all. */
export type NameAnswers = (question: NameQuestion, count: number) => readonly string[] | 'silence';

/** A real DNS server on a free loopback port (RFC 1035, as much of it as tests need). */
export class NameServer {
  readonly asked: NameQuestion[] = [];
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  static async start(answers: NameAnswers): Promise<NameServer> {
    const socket = createSocket('udp4');
    const server = new NameServer(socket);
    socket.on('message', (query, { port, address }) => {
      const question = readQuestion(query);
      server.asked.push(question);
      const count = server.asked.filter(({ name, type }) => name === question.name && type === question.type).length;
      const found = answers(question, count);
      if (found !== 'silence') socket.send(writeAnswer(query, found), port, address);
    });
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    return server;
  }

  /** As resolvers take it. */
  get address(): string {
    return `127.0.0.1:${this.#socket.address().port}`;
  }

  stop(): Promise<void> {
    return new Promise((resolve) => this.#socket.close(resolve));
  }
}

const HEADER_BYTES = 12;

/** Offset of what follows the labels of the first question. */
function endOfName(query: Buffer): number {
  let offset = HEADER_BYTES;
  while (query.readUInt8(offset) !== 0) offset += query.readUInt8(offset) + 1;
  return offset + 1;
}

function readQuestion(query: Buffer): NameQuestion {
  const labels: string[] = [];
  for (let offset = HEADER_BYTES; query.readUInt8(offset) !== 0; offset += query.readUInt8(offset) + 1) {
    labels.push(query.toString('latin1', offset + 1, offset + 1 + query.readUInt8(offset)));
  }
  const type = query.readUInt16BE(endOfName(query));
  return { name: labels.join('.'), type: type === 1 ? 'A' : type === 28 ? 'AAAA' : 'other' };
}

function writeAnswer(query: Buffer, addresses: readonly string[]): Buffer {
  const question = query.subarray(HEADER_BYTES, endOfName(query) + 4);
  const header = Buffer.alloc(HEADER_BYTES);
  query.copy(header, 0, 0, 2);
  header.writeUInt16BE(0x8180, 2); // an answer, recursion wanted and available, no error
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(addresses.length, 6);
  return Buffer.concat([header, question, ...addresses.map(writeRecord)]);
}

function writeRecord(address: string): Buffer {
  const isIpv6 = address.includes(':');
  const data = isIpv6 ? ipv6Bytes(address) : Buffer.from(address.split('.').map(Number));
  const record = Buffer.alloc(12);
  record.writeUInt16BE(0xc00c, 0); // the name of the question
  record.writeUInt16BE(isIpv6 ? 28 : 1, 2);
  record.writeUInt16BE(1, 4);
  record.writeUInt16BE(data.length, 10);
  return Buffer.concat([record, data]);
}

/** `a:b::c` in sixteen bytes. */
function ipv6Bytes(address: string): Buffer {
  const [before = '', after] = address.split('::');
  const head = before === '' ? [] : before.split(':');
  const tail = after === undefined || after === '' ? [] : after.split(':');
  const zeros = Array<string>(8 - head.length - tail.length).fill('0');
  return Buffer.from([...head, ...zeros, ...tail].map((part) => part.padStart(4, '0')).join(''), 'hex');
}
