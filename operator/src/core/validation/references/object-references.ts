import type { AgentRole } from '../../../api/agent-role.ts';
import type { Council } from '../../../api/council.ts';
import type { Method } from '../../../api/method.ts';
import type { Issue } from '../../issue.ts';
import type { WorldIndex } from '../world.ts';
import { hostOf, isAllowedHost, isAllowedImage, notAllowed } from './allowed.ts';
import { checkModel } from './check-models.ts';
import { checkRole, checkRoleTools } from './check-roles.ts';

/** What an AgentRole names that is not there or not allowed. */
export function findRoleIssues(role: AgentRole, index: WorldIndex): Issue[] {
  const { modelRef } = role.spec;
  return [
    ...(modelRef === undefined ? [] : checkModel({ name: modelRef.name, path: ['spec', 'modelRef', 'name'] }, index)),
    ...checkRoleTools(role, index),
  ];
}

/** What a Council names that is not there or not allowed. */
export function findCouncilIssues({ spec }: Council, index: WorldIndex): Issue[] {
  const parts = [
    { part: spec, path: ['spec'] },
    ...(spec.members ?? []).map((part, position) => ({ part, path: ['spec', 'members', position] })),
    ...(spec.judge === undefined ? [] : [{ part: spec.judge, path: ['spec', 'judge'] }]),
  ];
  return parts.flatMap(({ part: { roleRef, modelRef }, path }) => [
    ...(roleRef === undefined ? [] : checkRole(roleRef.name, [...path, 'roleRef', 'name'], index)),
    ...(modelRef === undefined ? [] : checkModel({ name: modelRef.name, path: [...path, 'modelRef', 'name'] }, index)),
  ]);
}

/** What a Method names that is not there or not allowed. */
export function findMethodIssues(method: Method, index: WorldIndex): Issue[] {
  const models = modelsOf(method).flatMap((use) => checkModel(use, index));
  return [...models, ...checkImage(method, index), ...checkHost(method, index)];
}

function modelsOf({ spec }: Method) {
  if (spec.type === 'flow') {
    const { modelRef, completions } = spec.flow;
    return [
      ...(modelRef === undefined ? [] : [{ name: modelRef.name, path: ['spec', 'flow', 'modelRef', 'name'] }]),
      ...completions.flatMap(({ modelRef: own }, position) =>
        own === undefined
          ? []
          : [{ name: own.name, path: ['spec', 'flow', 'completions', position, 'modelRef', 'name'] }],
      ),
    ];
  }
  return (spec.type === 'graph' ? spec.graph.nodes : []).flatMap(({ modelRef }, position) =>
    modelRef === undefined
      ? []
      : [{ name: modelRef.name, path: ['spec', 'graph', 'nodes', position, 'modelRef', 'name'] }],
  );
}

function checkImage({ spec }: Method, { world }: WorldIndex): Issue[] {
  const blocks = [
    ['image', spec.type === 'image' || spec.type === 'model' ? spec.image : undefined],
    ['serving', spec.type === 'model' ? spec.serving : undefined],
    ['mcp', spec.type === 'mcp' ? spec.mcp : undefined],
  ] as const;
  return blocks.flatMap(([block, part]) => {
    const image = part?.image;
    if (image === undefined || isAllowedImage(world.tenant?.spec.allowed?.images, image)) return [];
    return [notAllowed('image', image, ['spec', block, 'image'])];
  });
}

function checkHost({ spec }: Method, { world }: WorldIndex): Issue[] {
  const url = spec.type === 'http' || spec.type === 'model' ? spec.http?.url : undefined;
  const host = url === undefined ? undefined : hostOf(url);
  if (host === undefined || isAllowedHost(world.tenant?.spec.allowed?.hosts, host)) return [];
  return [notAllowed('host', host, ['spec', 'http', 'url'])];
}
