import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { anyKubectl } from '../../hack/cluster/kubectl.ts';
import { testKubeconfig } from './test-cluster.ts';

/** Runs kubectl on the cluster of the tests; what it prints. @throws Error when it fails, with what it says */
export async function kubectl(args: readonly string[], input = ''): Promise<string> {
  const { file, args: words, environment } = await anyKubectl(() => undefined);
  const [program = file, ...first] = words;
  const env = { ...process.env, ...environment, KUBECONFIG: testKubeconfig() };
  // One binary is all of Kubernetes' programs: its first word says which.
  const child = spawn(file, [...first, ...args], { argv0: program, env });
  // A program that ends early leaves its input unread: its exit code says the rest.
  child.stdin.on('error', () => undefined).end(input);
  const [output, complaint, code] = await Promise.all([text(child.stdout), text(child.stderr), ended(child)]);
  if (code === 0) return output;
  throw new Error(complaint);
}

async function ended(child: ChildProcess): Promise<number | null> {
  const [code] = (await once(child, 'close')) as [number | null];
  return code;
}
