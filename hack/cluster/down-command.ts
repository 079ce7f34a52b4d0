import { parseArgs } from 'node:util';
import { stopCluster } from './cluster.ts';
import { defaultInstance } from './paths.ts';
const { values } = parseArgs({ options: { instance: { type: 'string' } } });
await stopCluster(values.instance ?? defaultInstance());
