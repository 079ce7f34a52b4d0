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
/** Who the token is for. */
export const tokenAudience = 'conclave';
