import { artifactFunctions, type ArtifactLibrary } from './artifact-tool.ts';
import { fileFunctions } from './file-tool.ts';
import { gitFunctions } from './git-tool.ts';
import type { SendHttp } from './http-port.ts';
import { httpFunctions } from './http-tool.ts';
import type { ToolFunction } from './tool.ts';

/** What is not in every pod. */
export interface PodFunctions {
  readonly library?: ArtifactLibrary | undefined;
  /** Those of the shell in the container beside: what ran as the runner's own user could read the keys that it has. */
  readonly shell?: readonly ToolFunction[] | undefined;
}

/** Every function that the runner brings; which of them may be called is for the task to say. */
export const knownFunctions = (
  sendHttp: SendHttp,
  { library, shell = [] }: PodFunctions = {},
): readonly ToolFunction[] => [
  ...fileFunctions,
  ...gitFunctions,
  ...httpFunctions(sendHttp),
  ...(library === undefined ? [] : artifactFunctions(library)),
  ...shell,
];
