import { z } from 'zod';
import { secretKey, text } from './fields.ts';

/** Headers whose values stand in Secrets. */
export const secretHeaders = (description: string) =>
  z
    .array(
      z
        .strictObject({ name: text('Header.'), secretKeyRef: secretKey('Its value.') })
        .meta({ description: 'One header from a Secret.' }),
    )
    .max(16)
    .meta({ description });

/** Environment variables whose values stand in Secrets. */
export const secretEnv = (description: string) =>
  z
    .array(
      z
        .strictObject({ name: text('Variable.'), secretKeyRef: secretKey('Its value.') })
        .meta({ description: 'One variable from a Secret.' }),
    )
    .max(32)
    .meta({ description });
