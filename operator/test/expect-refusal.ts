import { expect } from 'vitest';
import { Forbidden, Invalid } from '../src/kube/api-error.ts';

/** That it was this policy of ours which refused, in words that contain `says`, and no missing right. Gives all that was said. */
export async function expectRefusal(request: Promise<unknown>, policy: string, says = ''): Promise<string> {
  const error: unknown = await request.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toSatisfy((thrown) => thrown instanceof Forbidden || thrown instanceof Invalid);
  expect(String(error)).toContain(`ValidatingAdmissionPolicy 'conclave-${policy}'`);
  expect(String(error)).toContain(says);
  expect(String(error)).not.toContain('expression');
  return String(error);
}
