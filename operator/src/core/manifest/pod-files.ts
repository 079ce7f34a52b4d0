import { taskPath } from '../../api/runner-task.ts';

/** The folder that the containers of a Pod share: the task, the result, and what they give each other. */
export const sharedFolder = '/conclave';
/** The task document. */
export const taskFile = taskPath;
/** Certificate authorities of the server, as PEM. */
export const certificateAuthoritiesFile = `${sharedFolder}/ca.pem`;
/** Folder of the projected token. */
export const tokenFolder = '/var/run/secrets/conclave';
/** The token by which a Pod says who it is; containers that run foreign code do not have it. */
export const tokenFile = `${tokenFolder}/token`;
/** The workspace of an agent that shares it with its shell. */
export const sharedWorkspace = '/workspace';
/** Folder of the socket by which an agent and its shell speak; the shell's container cannot write there. */
export const shellFolder = '/var/run/conclave-shell';
/** The socket itself. */
export const shellSocket = `${shellFolder}/socket`;
/** Who the token is for. */
export const tokenAudience = 'conclave';
