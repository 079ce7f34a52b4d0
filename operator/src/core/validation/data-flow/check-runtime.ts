import type { DataFlowCheck } from './data-flow.ts';

/** What the image that runs `custom_code` brings. */
export const runtimeVersions = { python3: '11', node: '24' } as const;

/** Programs that ask for another version than the one that they will run on. */
export const findOtherRuntimes: DataFlowCheck = ({ graph }) =>
  graph.nodes.flatMap(({ step, path }) => {
    const [, name, version] = /^(python3|node)\.?([0-9]+)$/.exec(step.type === 'custom_code' ? step.runtime : '') ?? [];
    const ours = name === 'python3' || name === 'node' ? runtimeVersions[name] : undefined;
    if (ours === undefined || version === ours) return [];
    const runs = name === 'python3' ? `Python 3.${ours}` : `Node.js ${ours}`;
    return [
      {
        code: 'RuntimeDiffers',
        severity: 'warning',
        path: [...path, 'runtime'],
        message: `the program asks for ${step.type === 'custom_code' ? step.runtime : ''} and runs on ${runs}`,
        hint: 'what the two versions have in common works',
      },
    ];
  });
