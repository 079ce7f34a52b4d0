import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { actionName, gateName, roleName } from '../../api/names.ts';
import { formatDecisionKey, isDecisionKey, parseDecisionKey } from './decision-key.ts';

const approval = (slot: string) => parseDecisionKey(`approval.conclave.dev/${slot}`);
const action = (slot: string) => parseDecisionKey(`action.conclave.dev/${slot}`);

describe('the key of a decision', () => {
  const keys = {
    'approval.conclave.dev/plan.review': { kind: 'approval', name: 'plan', role: 'review', index: 1 },
    'approval.conclave.dev/plan-2.qa-2': { kind: 'approval', name: 'plan-2', role: 'qa', index: 2 },
    'approval.conclave.dev/3.a-1b-9': { kind: 'approval', name: '3', role: 'a-1b', index: 9 },
    'action.conclave.dev/claim_task.data-2x': { kind: 'action', name: 'claim_task', role: 'data-2x', index: 1 },
  } as const;
  it.each(Object.entries(keys))('%s', (key, read) => {
    expect(parseDecisionKey(key)).toEqual(read);
    expect(formatDecisionKey(read)).toBe(key);
  });

  const longest = 'a'.repeat(30);
  it('may be as long as the names allow', () => {
    expect(approval(`${longest}.${longest}-9`)).toBeDefined();
    expect(approval(`${longest}a.review`)).toBeUndefined();
    expect(approval(`plan.${longest}a`)).toBeUndefined();
  });

  const wrong = {
    'no role': 'plan',
    'an empty role': 'plan.',
    'an empty name': '.review',
    'a second dot': 'plan.review.x',
    'a slot that would be another way to write the first': 'plan.review-1',
    'slot zero': 'plan.review-0',
    'a slot of two digits': 'plan.review-10',
    'a slot with a leading zero': 'plan.review-02',
    capitals: 'Plan.review',
    'an underscore in a role': 'plan.re_view',
    'a dash at the end': 'plan.review-',
    'a line break': 'plan.review\n',
  };
  it.each(Object.entries(wrong))('is refused with %s', (_, slot) => {
    expect(approval(slot)).toBeUndefined();
    expect(isDecisionKey(`approval.conclave.dev/${slot}`)).toBe(true);
  });

  it('has the names that its kind has', () => {
    expect(approval('claim_task.qa')).toBeUndefined();
    expect(action('claim-task.qa')).toBeUndefined();
  });

  it.each(['conclave.dev/requested-by', 'xapproval.conclave.dev/plan.review', 'approval.conclave.dev', 'note'])(
    'is not claimed by %s',
    (key) => {
      expect(isDecisionKey(key)).toBe(false);
      expect(parseDecisionKey(key)).toBeUndefined();
    },
  );

  it('is read for whatever the schemas take as names, and for nothing else', () => {
    const character = fc.constantFrom('a', 'b', '1', '2', '-', '_', '.', 'A');
    const text = fc.string({ unit: character, minLength: 1, maxLength: 4 });
    const kind = fc.constantFrom('approval' as const, 'action' as const);
    fc.assert(
      fc.property(kind, text, text, fc.integer({ min: 1, max: 9 }), (each, name, role, index) => {
        const key = { kind: each, name, role, index };
        const named = (each === 'approval' ? gateName('') : actionName('')).safeParse(name).success;
        const isRight = named && roleName('').safeParse(role).success;
        const read = parseDecisionKey(formatDecisionKey(key));
        if (isRight) expect(read).toEqual(key);
        else if (read !== undefined) expect(formatDecisionKey(read)).toBe(formatDecisionKey(key));
      }),
    );
  });
});
