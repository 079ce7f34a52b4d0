/** Locks between processes, held by the kernel: they end with the process that holds them, however it ends. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { ClusterError } from './cluster-error.ts';

/** Runs `work` while this process alone holds the lock on a file; `onWait` is called when another one has it. */
export async function withLock<T>(file: string, work: () => Promise<T>, onWait?: () => void): Promise<T> {
  mkdirSync(dirname(file), { recursive: true });
  const holder = spawn('flock', ['--exclusive', '--no-fork', file, 'sh', '-c', 'echo locked; exec cat'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true, // an interrupt from the keyboard must not release the lock while the work is being ended
  });
  const waiting = setTimeout(() => onWait?.(), 500);
  try {
    const [said] = (await Promise.race([once(holder.stdout, 'data'), once(holder, 'exit')])) as [unknown];
    if (!(said instanceof Buffer)) throw new ClusterError(`cannot lock ${file}`, { hint: 'is the folder writable?' });
  } catch (cause) {
    if (cause instanceof ClusterError) throw cause;
    throw new ClusterError(`cannot lock ${file}`, { hint: 'flock is missing: install util-linux', cause });
  } finally {
    clearTimeout(waiting);
  }
  try {
    return await work();
  } finally {
    holder.stdin.end();
  }
}
