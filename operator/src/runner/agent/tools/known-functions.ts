import { fileFunctions } from './file-tool.ts';
import { gitFunctions } from './git-tool.ts';
import type { SendHttp } from './http-port.ts';
import { httpFunctions } from './http-tool.ts';
import { shellFunctions } from './shell-tool.ts';
import type { ToolFunction } from './tool.ts';

/** Every function that the runner brings; which of them may be called is for the task to say. */
export const knownFunctions = (sendHttp: SendHttp): readonly ToolFunction[] => [
  ...fileFunctions,
  ...gitFunctions,
  ...httpFunctions(sendHttp),
  ...shellFunctions,
];
