import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RunningServer } from '../testing/running-server.ts';
import { EventFeed } from './event-feed.ts';
import type { InboundEvents, ServerClient } from './server-client.ts';

const assetType = 'dev.conclave.asset.materialized';

describe('EventFeed', () => {
  describe('on a server', () => {
    let running: RunningServer;
    let leading: AbortController;
    beforeEach(async () => {
      running = await RunningServer.start();
      running.mayCreate.add('alice@ns').add('alice@other');
      leading = new AbortController();
    });
    afterEach(async () => {
      leading.abort();
      await running.stop();
    });

    const send = async (id: string, fields: object, namespace = 'ns') => {
      const answer = await running.server.app.inject({
        ...{ method: 'POST', url: `/events?namespace=${namespace}` },
        headers: { authorization: 'Bearer alice', 'content-type': 'application/cloudevents+json' },
        payload: { specversion: '1.0', id, source: '/test', type: assetType, ...fields },
      });
      expect(answer.statusCode).toBeLessThan(300);
    };

    function aFeed() {
      const arrived: string[] = [];
      const failures: unknown[] = [];
      const feed = new EventFeed({
        server: running.client('operator'),
        arrived: (namespace, { name }) => arrived.push(`${namespace} ${name}`),
        failed: (error) => failures.push(error),
      });
      const run = feed.run(leading.signal);
      return { feed, arrived, failures, run };
    }

    it('knows the assets that were announced before it began, and hears of each new one', async () => {
      await send('1', { subject: 'orders', data: { rows: 3 } });
      const { feed, arrived } = aFeed();
      await vi.waitFor(() => expect(arrived).toEqual(['ns orders']));
      expect(feed.assets('ns')).toEqual([{ name: 'orders', value: { rows: 3 }, at: expect.any(String) }]);
      await send('2', { subject: 'prices' });
      await vi.waitFor(() => expect(arrived).toEqual(['ns orders', 'ns prices']));
      expect(feed.assets('ns').map(({ name }) => name)).toEqual(['orders', 'prices']);
    });

    it('keeps the last event of an asset, and namespaces apart', async () => {
      await send('1', { subject: 'orders', data: 1 });
      await send('2', { subject: 'orders', data: 2 });
      await send('3', { subject: 'orders', data: 3 }, 'other');
      const { feed, arrived } = aFeed();
      await vi.waitFor(() => expect(arrived).toHaveLength(3));
      expect(feed.assets('ns')).toMatchObject([{ name: 'orders', value: 2 }]);
      expect(feed.assets('other')).toMatchObject([{ name: 'orders', value: 3 }]);
      expect(feed.assets('nowhere')).toEqual([]);
    });

    it('passes over what announces no asset', async () => {
      await send('1', { type: 'com.example.other', subject: 'orders' });
      await send('2', {});
      await send('3', { subject: 'prices' });
      const { arrived } = aFeed();
      await vi.waitFor(() => expect(arrived).toEqual(['ns prices']));
    });

    it('ends at once when it is told to, also while it waits', async () => {
      await send('1', { subject: 'orders' });
      const { arrived, run, failures } = aFeed();
      await vi.waitFor(() => expect(arrived).toHaveLength(1));
      leading.abort();
      await run;
      expect(failures).toEqual([]);
    });
  });

  describe('on answers as a test gives them', () => {
    const event = (sequence: number, subject: string): InboundEvents['events'][number] => ({
      ...{ sequence, namespace: 'ns', sender: 'alice', receivedAt: '2026-01-05T08:00:00Z' },
      event: { type: assetType, subject },
    });

    /** Reads the answers one after the other, and what it asked with; then it is told to end. */
    async function readAll(answers: readonly (InboundEvents | Error)[]) {
      const leading = new AbortController();
      const asked: number[] = [];
      const arrived: string[] = [];
      const failures: string[] = [];
      const readEvents: ServerClient['readEvents'] = ({ after }) => {
        const answer = answers[asked.length];
        if (answer === undefined) leading.abort();
        else asked.push(after);
        return answer instanceof Error || answer === undefined
          ? Promise.reject(answer ?? new Error('aborted'))
          : Promise.resolve(answer);
      };
      const feed = new EventFeed({
        server: { readEvents },
        arrived: (_namespace, { name }) => arrived.push(name),
        failed: (error) => failures.push(String(error)),
      });
      await feed.run(leading.signal);
      return { asked, arrived, failures };
    }

    it('asks for what came after the last that it has seen', async () => {
      const { asked } = await readAll([
        { inbox: 'i', events: [event(4, 'a'), event(7, 'b')] },
        { inbox: 'i', events: [] },
        { inbox: 'i', events: [event(8, 'c')] },
      ]);
      expect(asked).toEqual([0, 7, 7]);
    });

    it('reads another inbox from its first event, and takes none of its events for later ones', async () => {
      const { asked, arrived } = await readAll([
        { inbox: 'old', events: [event(100, 'a')] },
        { inbox: 'new', events: [event(101, 'too early')] },
        { inbox: 'new', events: [event(1, 'b'), event(2, 'c')] },
      ]);
      expect(asked).toEqual([0, 100, 0]);
      expect(arrived).toEqual(['a', 'b', 'c']);
    });

    it('takes from each inbox what it was asked for from the first, also where two of them answer in turns', async () => {
      const [one, other] = [
        { inbox: 'one', events: [event(5, 'a')] },
        { inbox: 'other', events: [event(2, 'b')] },
      ];
      const { asked, arrived } = await readAll([one, other, one]);
      expect(asked).toEqual([0, 5, 0]);
      expect(arrived).toEqual(['a', 'a']);
    });

    it('tells why events cannot be read, and goes on after a pause', async () => {
      const began = performance.now();
      const { asked, arrived, failures } = await readAll([
        new Error('no answer'),
        { inbox: 'i', events: [event(1, 'a')] },
      ]);
      expect({ asked, arrived, failures }).toEqual({ asked: [0, 0], arrived: ['a'], failures: ['Error: no answer'] });
      expect(performance.now() - began).toBeGreaterThan(1_500);
    });
  });
});
