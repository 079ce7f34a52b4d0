import { describe, expect, it } from 'vitest';
import { chooseSlot, planNetwork, slotCount } from './network-plan.ts';

describe('planNetwork', () => {
  it('gives each slot a network, an interface and addresses of its own', () => {
    const plans = Array.from({ length: slotCount }, (_, slot) => planNetwork(slot));
    for (const key of ['network', 'nodeAddress', 'hostAddress', 'hostInterface', 'podSubnet'] as const) {
      expect(new Set(plans.map((plan) => plan[key])).size).toBe(slotCount);
    }
  });

  it('keeps interface names within the 15 characters that Linux allows', () => {
    expect(planNetwork(slotCount - 1).hostInterface.length).toBeLessThanOrEqual(15);
  });

  it('stays inside private addresses', () => {
    expect(planNetwork(slotCount - 1).network).toBe('10.255.0.0/16');
  });
});

describe('chooseSlot', () => {
  it('takes the first when nothing is in the way', () => {
    expect(chooseSlot([], ['default', '192.0.2.0/24'])).toBe(0);
  });

  it('leaves out what other instances have', () => {
    expect(chooseSlot([0, 1, 3], [])).toBe(2);
  });

  it('leaves out networks that the machine routes elsewhere, whole or in part', () => {
    expect(chooseSlot([], ['10.192.0.0/16', '10.193.7.0/24', '10.194.0.1'])).toBe(3);
  });

  it('does not mind a wider route', () => {
    expect(chooseSlot([], ['10.0.0.0/8', '0.0.0.0/0'])).toBe(0);
  });

  it('has no answer when all are taken', () => {
    expect(
      chooseSlot(
        Array.from({ length: slotCount }, (_, slot) => slot),
        [],
      ),
    ).toBeUndefined();
  });
});
