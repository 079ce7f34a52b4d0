import { artifactFunctions, type ArtifactLibrary } from './artifact-tool.ts';
import { fileFunctions } from './file-tool.ts';
import { gitFunctions } from './git-tool.ts';
import type { SendHttp } from './http-port.ts';
import { httpFunctions } from './http-tool.ts';
import type { ToolFunction } from './tool.ts';

/**
 * Every function that the runner brings; which of them may be called is for the task to say. `shell` is none of them: what
 * runs as the runner's own user can read the keys that the runner was started with.
 */
export const knownFunctions = (sendHttp: SendHttp, library?: ArtifactLibrary): readonly ToolFunction[] => [
  ...fileFunctions,
  ...gitFunctions,
  ...httpFunctions(sendHttp),
  ...(library === undefined ? [] : artifactFunctions(library)),
];
