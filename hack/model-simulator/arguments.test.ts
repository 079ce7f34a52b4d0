import { describe, expect, test } from 'vitest';
import { parseArguments } from './arguments.ts';

describe('the command line', () => {
  test('asks for nothing that others can reach unless it says so', () => {
    expect(parseArguments([])).toMatchObject({
      host: '127.0.0.1',
      port: 8000,
      model: 'tiny',
      maxModelLen: 8192,
      seed: 0,
    });
    expect(parseArguments(['--host', '0.0.0.0']).host).toBe('0.0.0.0');
  });

  test.each([
    [['--port', '65536'], '--port must be a whole number from 0 to 65535'],
    [['--latency-ms', 'soon'], "--latency-ms must be a whole number from 0 to 3600000, not 'soon'"],
    [['--seed', '-1'], '--seed'],
    [['--prot', '1'], '--prot'],
    [['file.yaml'], 'file.yaml'],
  ])('refuses %j', (words, says) => {
    expect(() => parseArguments(words)).toThrow(says);
  });

  test('may be what the manifests of Models give to vLLM', () => {
    const ours = ['--model', 'org/large', '--served-model-name', 'large', '--host', '0.0.0.0', '--port', '8001'];
    const more = ['--tensor-parallel-size', '4', '--revision', 'main', '--max-model-len', '4096', '--headless'];
    expect(parseArguments([...ours, ...more, '--port=9000'])).toMatchObject({
      ...{ model: 'large', host: '0.0.0.0', port: 9000, maxModelLen: 4096, seed: 0, help: false },
    });
    expect(() => parseArguments([...ours, '--port', 'x'])).toThrow('--port');
  });
});
