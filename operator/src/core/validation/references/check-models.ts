import type { Issue, IssuePath } from '../../issue.ts';
import type { WorldIndex } from '../world.ts';
import { answeringModel, isAllowedName, notAllowed } from './allowed.ts';
import { missingObject } from './missing-object.ts';

/** A Model that something names. */
export interface ModelUse {
  readonly name: string;
  readonly path: IssuePath;
  /** Whether it may be named by what the server calls it, as in the nodes of a graph. */
  readonly byServedName?: true;
}

/** Whether a Model is there and may be used, or the one that answers in its stead. */
export function checkModel({ name, path, byServedName }: ModelUse, index: WorldIndex): Issue[] {
  const { world } = index;
  const { tenant } = world;
  const answering = answeringModel(name, tenant);
  const model = byServedName === true ? index.servedModel(answering) : index.model(answering);
  if (model === undefined) {
    const known = world.models.map(({ metadata }) => metadata.name);
    return [missingObject({ code: 'ModelNotFound', what: 'Model', name: answering, path, known }, world)];
  }
  const names = [answering, model.metadata.name, model.spec.modelName];
  return isAllowedName(tenant?.spec.allowed?.models, names) ? [] : [notAllowed('Model', answering, path)];
}
