import { describe, expect, it } from 'vitest';
import { splitArguments } from './kubectl-command.ts';

describe('splitArguments', () => {
  it('takes a leading --instance and leaves everything else as it is', () => {
    const rest = ['exec', 'x', '--', 'sh', '-c', 'echo "a b"'];
    expect(splitArguments(['--instance', 'a', ...rest], 'default')).toEqual({ instance: 'a', rest });
    expect(splitArguments(['--instance=a', ...rest], 'default')).toEqual({ instance: 'a', rest });
  });

  it('leaves an --instance that belongs to a program inside a pod alone', () => {
    const rest = ['exec', 'x', '--', 'tool', '--instance', 'b'];
    expect(splitArguments(rest, 'default')).toEqual({ instance: 'default', rest });
  });

  it('wants a name after --instance', () => {
    expect(() => splitArguments(['--instance'], 'default')).toThrow('--instance needs a name');
  });
});
