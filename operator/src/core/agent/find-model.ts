import type { Model } from '../../api/model.ts';

/** Models of a namespace, and those that answer for others. */
export interface ModelWorld {
  readonly models: readonly Model[];
  /** Models that others answer for, as the Tenant says. */
  readonly modelOverrides?: readonly { readonly from: string; readonly to: string }[] | undefined;
}

/** The Model that answers when one is asked for: by its name, else by the name that requests ask for. */
export function findModel({ models, modelOverrides = [] }: ModelWorld, asked: string): Model | undefined {
  const name = modelOverrides.find(({ from }) => from === asked)?.to ?? asked;
  return models.find(({ metadata }) => metadata.name === name) ?? models.find(({ spec }) => spec.modelName === name);
}

interface Names {
  readonly modelRef?: { readonly name: string } | undefined;
}

/**
 * The name of the Model that is asked by what stands nearest to the question: a node, a completion or a member first, then
 * the step, then the flow or Council, then the role.
 */
export function modelNameOf(...nearestFirst: readonly (Names | undefined)[]): string | undefined {
  return nearestFirst.find((each) => each?.modelRef !== undefined)?.modelRef?.name;
}

interface Surroundings {
  readonly step: Names;
  readonly council: Names;
  readonly role: Names | undefined;
}

/** The name of the Model of a Council's member. */
export const modelOfMember = (member: Names, { step, council, role }: Surroundings): string | undefined =>
  modelNameOf(member, step, council, role);

/** That of its judge: the Council's is that of the members, and answers where nothing says more of the judge. */
export const modelOfJudge = (judge: Names, { step, council, role }: Surroundings): string | undefined =>
  modelNameOf(judge, step, role, council);
