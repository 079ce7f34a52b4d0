import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { Method } from '../../api/method.ts';
import { anAttempt, aStep, codeStep } from '../../testing/an-attempt.ts';
import { aMethod } from '../../testing/planned-run.ts';
import { type AttemptJob, renderAttemptJob } from './render-attempt-job.ts';
import { renderJob } from './render-job.ts';

const images = { conclave: 'registry/conclave:1', runtime: 'registry/runtime:1' };

type Image = NonNullable<Extract<Method['spec'], { type: 'image' }>['image']>;

const anImage = (more: Partial<Image> = {}) =>
  aMethod('count', { type: 'image', image: { image: 'registry/count:7', ...more } });

const calls = (more: object = {}) => aStep({ type: 'function', method: 'count', ...more });

/** The parts of an attempt that calls a Method when one is given, and runs a program otherwise. */
function partsOf(method?: Method, step = method === undefined ? codeStep() : calls(), more: Partial<AttemptJob> = {}) {
  const program = method === undefined ? 'def execute(inputs): return {}' : undefined;
  const attempt = anAttempt({ start: { step } });
  return renderAttemptJob({ ...attempt, method, program, images, artifacts: { url: 'https://server' }, ...more });
}

const namesOf = ({ initContainers, container }: ReturnType<typeof partsOf>) =>
  [...initContainers, container].map(({ name, image }) => `${name} ${image}`);

const foreignOf = (parts: ReturnType<typeof partsOf>, name: string) =>
  parts.initContainers.find((container) => container.name === name);

describe('the containers of an attempt', () => {
  it('that runs a program are the sandbox, then what collects', () => {
    expect(namesOf(partsOf())).toEqual(['code registry/runtime:1', 'collect registry/conclave:1']);
  });

  it('that runs an image as it begins by itself are the image, then what collects', () => {
    expect(namesOf(partsOf(anImage()))).toEqual(['method registry/count:7', 'collect registry/conclave:1']);
    expect(foreignOf(partsOf(anImage()), 'method')).not.toHaveProperty('command');
  });

  it('that runs a command begin with what launches it', () => {
    const parts = partsOf(anImage({ command: ['count', '--all'], args: ['x'] }));
    const expected = ['launcher registry/runtime:1', 'method registry/count:7', 'collect registry/conclave:1'];
    expect(namesOf(parts)).toEqual(expected);
    const command = ['/conclave/bin/busybox', 'sh', '/conclave/bin/launch.sh', 'count', '--all'];
    expect(foreignOf(parts, 'method')).toMatchObject({ command, args: ['x'] });
  });

  it('that runs an image have its environment, Secrets by reference only', () => {
    const secretKeyRef = { name: 'key', key: 'token' };
    const parts = partsOf(anImage({ env: { MODE: 'fast' }, secretEnv: [{ name: 'KEY', secretKeyRef }] }));
    const env = [
      { name: 'MODE', value: 'fast' },
      { name: 'KEY', valueFrom: { secretKeyRef } },
    ];
    expect(foreignOf(parts, 'method')).toMatchObject({ env });
    expect(parts.container).not.toHaveProperty('env');
    expect(foreignOf(partsOf(anImage()), 'method')).not.toHaveProperty('env');
  });

  it('that fail without a word are known by their last lines', () => {
    const parts = partsOf(anImage());
    expect(foreignOf(parts, 'method')).toMatchObject({ terminationMessagePolicy: 'FallbackToLogsOnError' });
  });
});

describe('what an attempt may use, and where it runs', () => {
  const [small, large] = [{ memory: '1Gi' }, { memory: '8Gi' }];
  const [here, there] = [{ nodeSelector: { at: 'here' } }, { nodeSelector: { at: 'there' } }];

  it.each([
    ['is what the step says', calls({ resources: small, placement: here }), {}, small, here],
    [
      'is what the image says where the step says nothing',
      calls(),
      { resources: large, placement: there },
      large,
      there,
    ],
    [
      'is what the step says rather than the image',
      calls({ resources: small, placement: here }),
      { resources: large, placement: there },
      ...([small, here] as const),
    ],
  ])('%s', (_, step, image, resources, placement) => {
    const parts = partsOf(anImage(image), step);
    expect(parts).toMatchObject({ resources, placement });
    expect(foreignOf(parts, 'method')).toMatchObject({ resources: { limits: resources } });
  });

  it('counts for the program, and not for what collects', () => {
    const parts = partsOf(undefined, codeStep({ resources: large }));
    expect(foreignOf(parts, 'code')).toMatchObject({ resources: { limits: large } });
    expect(parts.container).toMatchObject({ resources: { limits: { memory: '256Mi' } } });
  });

  it('is not asked for by what only brings the launcher', () => {
    const parts = partsOf(anImage({ command: ['count'], resources: { gpu: 1 } }));
    expect(foreignOf(parts, 'launcher')).toMatchObject({ resources: { limits: { memory: '256Mi' } } });
    expect(JSON.stringify(foreignOf(parts, 'launcher'))).not.toContain('gpu');
  });
});

describe('the work of an attempt', () => {
  it('is the program that was read', () => {
    const work = { kind: 'code', runtime: 'python', program: 'def execute(inputs): return {}' };
    expect(partsOf().task.work).toEqual(work);
  });

  it('is the Method', () => {
    expect(partsOf(anImage()).task.work).toEqual({ kind: 'method', method: 'count' });
  });

  it.each<[string, () => unknown]>([
    ['nobody read the program', () => partsOf(undefined, codeStep(), { program: undefined })],
    ['the Method is gone', () => partsOf(undefined, calls())],
    ['the Method is no image', () => partsOf(aMethod('count', { type: 'http', http: { url: 'https://count' } }))],
    ['the model has no image', () => partsOf(aMethod('count', { type: 'model' }))],
  ])('is a bug of ours when %s', (_, render) => {
    expect(render).toThrow('each[3].build');
  });
});

describe('containers that run foreign code', () => {
  const values = fc.dictionary(fc.stringMatching(/^[A-Z_]{1,8}$/), fc.string(), { maxKeys: 3 });
  const foreignImages = fc.record(
    { command: fc.array(fc.string(), { maxLength: 3 }), args: fc.array(fc.string(), { maxLength: 3 }), env: values },
    { requiredKeys: [] },
  );

  it('never have the token, whatever they are', () => {
    const property = fc.property(fc.option(foreignImages, { nil: undefined }), (image) => {
      const parts = partsOf(image === undefined ? undefined : anImage(image));
      const { spec } = renderJob({ ...parts, certificateAuthorities: 'PEM' });
      const pod = (spec as { template: { spec: PodSpec } }).template.spec;
      expect(pod.automountServiceAccountToken).toBe(false);
      for (const { volumeMounts } of pod.initContainers) expect(volumesOf(volumeMounts)).not.toContain('token');
      expect(pod.containers.map(({ name, volumeMounts }) => [name, volumesOf(volumeMounts).includes('token')])).toEqual(
        [['collect', true]],
      );
    });
    fc.assert(property, { numRuns: 100 });
  });
});

interface PodSpec {
  readonly automountServiceAccountToken: boolean;
  readonly initContainers: readonly MountingContainer[];
  readonly containers: readonly MountingContainer[];
}

interface MountingContainer {
  readonly name: string;
  readonly volumeMounts: readonly { readonly name: string }[];
}

const volumesOf = (mounts: MountingContainer['volumeMounts']) => mounts.map(({ name }) => name);
