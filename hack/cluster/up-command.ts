import { parseArgs } from 'node:util';
import { startCluster } from './cluster.ts';
import { defaultInstance } from './paths.ts';
const { values } = parseArgs({
  options: { instance: { type: 'string' }, fake: { type: 'string' }, install: { type: 'boolean' } },
});
const c = await startCluster({
  instance: values.instance ?? defaultInstance(),
  fakeNodes: Number(values.fake ?? 0),
  install: values.install ?? false,
  report: (l) => {
    console.error(l);
  },
});
console.log(c);
