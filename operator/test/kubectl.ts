import { execFile } from 'node:child_process';
import { anyKubectl } from '../../hack/cluster/kubectl.ts';
import { testKubeconfig } from './test-cluster.ts';

/** Runs kubectl on the cluster of the tests; what it prints. @throws Error when it fails, with what it says */
export async function kubectl(args: readonly string[], input = ''): Promise<string> {
  const { file, args: words, environment } = await anyKubectl(() => undefined);
  const [program = file, ...first] = words;
  return new Promise<string>((resolve, reject) => {
    const env = { ...process.env, ...environment, KUBECONFIG: testKubeconfig() };
    const child = execFile(
      file,
      [...first, ...args],
      { argv0: program, env },
      (error, output: string, complaint: string) => {
        if (error === null) resolve(output);
        else reject(new Error(complaint, { cause: error }));
      },
    );
    child.stdin?.end(input);
  });
}
