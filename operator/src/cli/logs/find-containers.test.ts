import { describe, expect, test } from 'vitest';
import { annotationNames, indexLabel, labelNames } from '../../core/manifest/labels.ts';
import { findContainers, type LoggedPod } from './find-containers.ts';

const running = (name: string) => ({ name, state: { running: {} } });
const ended = (name: string, exitCode = 0) => ({ name, state: { terminated: { exitCode } } });

const aPod = (name: string, path: string, attempt: number, status: LoggedPod['status']): LoggedPod => ({
  ...{ apiVersion: 'v1', kind: 'Pod' },
  metadata: {
    ...{ name, creationTimestamp: `2026-01-05T08:00:0${attempt}Z` },
    ...{ annotations: { [annotationNames.path]: path }, labels: { [labelNames.attempt]: String(attempt) } },
  },
  ...(status && { status }),
});

const program = {
  initContainerStatuses: [ended('prepare'), ended('code', 1)],
  containerStatuses: [running('collect')],
};
const shared: LoggedPod = {
  ...{ apiVersion: 'v1', kind: 'Pod' },
  metadata: {
    ...{ name: 'shared-1', creationTimestamp: '2026-01-05T08:00:09Z', labels: { [indexLabel]: '1' } },
    annotations: { [annotationNames.members]: '[["each[3].sum",1,""],["each[4].sum",2,""]]' },
  },
  status: { containerStatuses: [running('code')] },
};
const pods = [
  aPod('second', 'each[0].sum', 2, program),
  aPod('first', 'each[0].sum', 1, { containerStatuses: [ended('collect', 20), running('agent'), { name: 'tools' }] }),
  shared,
  aPod('other', 'get', 3, { containerStatuses: [running('agent')] }),
  { ...aPod('foreign', 'x', 1, {}), metadata: { name: 'foreign' } },
];
const shown = (selection: Parameters<typeof findContainers>[1]) =>
  findContainers(pods, selection).map(({ pod, container, path, attempt }) => `${pod}/${container} ${path}#${attempt}`);

describe('the containers whose logs are shown', () => {
  test('are those that do the work or have failed, the oldest Pod first', () => {
    expect(shown({})).toEqual([
      'first/collect each[0].sum#1',
      'first/agent each[0].sum#1',
      'second/code each[0].sum#2',
      'other/agent get#3',
      'shared-1/code each[4].sum#2',
    ]);
  });

  test.each([
    [{ step: 'get' }, ['other/agent get#3']],
    [{ step: 'each[4].sum' }, ['shared-1/code each[4].sum#2']],
    [{ step: 'sum', attempt: 2 }, ['second/code each[0].sum#2', 'shared-1/code each[4].sum#2']],
    [{ container: 'prepare' }, ['second/prepare each[0].sum#2']],
    [{ step: 'nothing' }, []],
  ])('are chosen by %j', (selection, found) => {
    expect(shown(selection)).toEqual(found);
  });
});
