import { describe, expect, test } from 'vitest';
import { reportOf } from '../../testing/dry-run-case.ts';
import { readExample } from '../../testing/read-example.ts';
import type { DryRunReport } from './dry-run-report.ts';

const spec = readExample(new URL('../../testing/examples/investigation.yaml', import.meta.url));

const types = ['twitter', 'forum', 'blog', 'news', 'chat', 'wiki', 'radio'];
const inputs = {
  target_username: 'alice',
  target_fb_id: '4711',
  sources: types.map((type) => ({ type, target_identifier: 'alice' })),
};

const profile = {
  username: 'alice',
  email: 'alice@example.com',
  profile_picture: 'https://example.com/alice.png',
  recent_posts: [{ text: 'Hello' }, { text: 'World' }],
  followers_count: 250,
};
const collected = (changes: object = {}) => ({ outputs: { profile: { ...profile, ...changes } } });
const judged = (riskScore: number) => ({ outputs: { behavioral_analysis: {}, risk_score: riskScore } });
/** What people found speaks of everything that was asked for. */
const found = { outputs: { breaches: [`alice 4711 ${types.join(' ')}`] } };

const investigate = (mocks: object = {}) =>
  reportOf(spec, { inputs, mocks: { collect_twitter: collected(), enrich_breach_data: found, ...mocks } });

const stateOf = ({ steps }: DryRunReport, path: string) => `${steps[path]?.phase ?? '-'} ${steps[path]?.reason ?? ''}`;

describe('the investigation example, run on mocks', () => {
  test('succeeds without any mock, on values that are made up from how it uses them', () => {
    const report = reportOf(spec);
    expect([report.phase, report.reason]).toEqual(['Succeeded', 'AllStepsSucceeded']);
    expect(report.warnings.map(({ code }) => code)).toContain('InputMadeUp');
  });

  test('dives deep when the risk is high', () => {
    const report = investigate({ analyze_behavioral_patterns: judged(0.9) });
    expect(report.phase).toBe('Succeeded');
    expect(report.steps['conditional_investigation']?.outputs).toEqual({ branch: 'ifTrue' });
    expect(stateOf(report, 'deep_dive')).toBe('Succeeded Completed');
    expect(stateOf(report, 'standard_report')).toBe('Skipped BranchNotTaken');
  });

  test('writes the standard report when the risk is low', () => {
    const report = investigate({ analyze_behavioral_patterns: judged(0.75) });
    expect(report.phase).toBe('Succeeded');
    expect(report.steps['conditional_investigation']?.outputs).toEqual({ branch: 'ifFalse' });
    expect(stateOf(report, 'deep_dive')).toBe('Skipped BranchNotTaken');
    expect(report.steps['standard_report']?.inputs).toEqual({ profile, risk_score: 0.75 });
  });

  test('collects by the alternative when the profile has no picture', () => {
    const report = investigate({
      collect_twitter: collected({ profile_picture: null }),
      collect_twitter2: { outputs: { profile: { profile_picture: 'https://example.com/other.png' } } },
    });
    expect(stateOf(report, 'collect_twitter2')).toBe('Succeeded Completed');
    expect(report.steps['recognize_faces']?.inputs).toEqual({ images: 'https://example.com/other.png' });
  });

  test('leaves the alternative out when the picture is there', () => {
    const report = investigate();
    expect(stateOf(report, 'collect_twitter2')).toBe('Skipped NotActivated');
    expect(report.steps['recognize_faces']?.inputs).toEqual({ images: profile.profile_picture });
  });

  test.each([
    ['are posts', profile.recent_posts],
    ['are none, as the step is no child step and runs at its own time', []],
  ])('analyzes the sentiment when there %s', (_, posts) => {
    const report = investigate({ collect_twitter: collected({ recent_posts: posts }) });
    expect(stateOf(report, 'analyze_sentiment')).toBe('Succeeded Completed');
    expect(report.steps['analyze_sentiment']?.inputs).toEqual({ texts: posts });
  });

  test('falls back when every attempt has failed; what needs the first result has no value then', () => {
    const report = investigate({
      collect_twitter: { error: { message: 'HTTP 429', reason: 'TooManyRequests', retryable: true } },
      collect_twitter2: collected(),
    });
    expect(stateOf(report, 'collect_twitter')).toBe('Succeeded FallbackUsed');
    expect(report.steps['collect_twitter']?.attempts).toBe(3);
    expect(report.steps['collect_twitter']?.history.map(({ reason }) => reason)).toEqual([
      ...['TooManyRequests', 'TooManyRequests', 'TooManyRequests'],
    ]);
    expect(stateOf(report, 'collect_twitter2')).toBe('Succeeded Completed');
    expect(report.phase).toBe('Failed');
    expect(report.message).toContain("Field 'profile' not found in step 'collect_twitter'");
  });

  test('waits twice as long before each attempt', () => {
    const { steps } = investigate({
      collect_twitter: { attempts: [{ error: { message: 'busy' } }, { error: { message: 'busy' } }, collected()] },
    });
    const { attempts, history = [], phase } = steps['collect_twitter'] ?? {};
    expect({ attempts, phase }).toEqual({ attempts: 3, phase: 'Succeeded' });
    // Each takes a second; 2 s and 4 s lie between them.
    expect(history.map(({ startedAtSeconds }) => startedAtSeconds)).toEqual([0, 3, 8]);
  });

  test('fails when the alternative fails too', () => {
    const error = { error: { message: 'gone', retryable: false } };
    const report = investigate({ collect_twitter: error, collect_twitter2: error });
    expect(stateOf(report, 'collect_twitter')).toBe('Failed FallbackFailed');
    expect([report.phase, report.reason]).toEqual(['Failed', 'StepFailed']);
    expect(stateOf(report, 'generate_output')).toMatch(/^Skipped /);
  });

  test('asks each source, five at a time, and gives the results in the order of the sources', () => {
    const report = investigate({
      crawl_source: { durationSeconds: 2 },
      'collect_multiple_sources[0].crawl_source': { durationSeconds: 9, outputs: { data: 'slow' } },
      'collect_multiple_sources[6].crawl_source': { outputs: { data: 'last' } },
    });
    const crawls = types.map((_, index) => report.steps[`collect_multiple_sources[${index}].crawl_source`]);
    expect(crawls.map((crawl) => crawl?.startedAtSeconds)).toEqual([0, 0, 0, 0, 0, 2, 2]);
    const results = report.steps['collect_multiple_sources']?.outputs['results'] as readonly object[];
    expect(report.steps['collect_multiple_sources']?.outputs['count']).toBe(7);
    expect(results[0]).toEqual({ crawl_source: { data: 'slow' } });
    expect(results[6]).toEqual({ crawl_source: { data: 'last' } });
  });

  test('looks deeper into a large network only', () => {
    const large = investigate({ collect_twitter: collected({ followers_count: 10_001 }) });
    expect(stateOf(large, 'deep_network_analysis')).toBe('Succeeded Completed');
    const small = investigate({ collect_twitter: collected({ followers_count: 10_000 }) });
    expect(stateOf(small, 'deep_network_analysis')).toBe('Skipped RouteNotTaken');
  });

  test('hands what the steps of the group gave to the route', () => {
    const report = investigate({
      collect_twitter: collected({ followers_count: 50_000 }),
      analyze_followers: { outputs: { followers: ['bob'] } },
      graph_analysis: { outputs: { graph_metrics: { density: 0.5 } } },
    });
    expect(report.steps['deep_network_analysis']?.inputs).toEqual({ followers: ['bob'], metrics: { density: 0.5 } });
  });

  test('waits for assets from outside, and says that they are made up', () => {
    const report = investigate();
    expect(stateOf(report, 'wait_for_silver')).toBe('Succeeded Completed');
    expect(report.warnings.filter(({ code }) => code === 'AssetMadeUp').map(({ step }) => step)).toEqual([
      ...['wait_for_silver', 'wait_for_silver'],
    ]);
  });

  test('takes assets from their mock, and hands them on', () => {
    const assets = { silver: { twitter_profiles: 's3://silver/profiles', source_twitter: null } };
    const { steps } = investigate({ wait_for_silver: { outputs: { assets }, durationSeconds: 90 } });
    const { startedAtSeconds = 0, finishedAtSeconds } = steps['wait_for_silver'] ?? {};
    expect(finishedAtSeconds).toBe(startedAtSeconds + 90);
    expect(steps['train_custom_model']?.startedAtSeconds).toBe(finishedAtSeconds);
  });

  test('gives up on assets that do not come in ten minutes', () => {
    const report = investigate({ wait_for_silver: { error: { message: 'never announced' } } });
    expect(stateOf(report, 'wait_for_silver')).toBe('Failed TimedOut');
    expect(report.steps['wait_for_silver']?.message).toContain('after 600 s');
    expect(report.phase).toBe('Failed');
  });

  test('serves the version of the model that was trained', () => {
    const { steps } = investigate({
      train_custom_model: { outputs: { model_version: '7' }, durationSeconds: 300 },
      deploy_model: { outputs: { service_url: 'http://custom-service' } },
    });
    expect(steps['deploy_model']?.outputs).toEqual({ service_url: 'http://custom-service' });
    expect(steps['deploy_model']?.startedAtSeconds).toBe(steps['train_custom_model']?.finishedAtSeconds);
  });

  test('does not hand out results that say nothing of what was asked', () => {
    const report = investigate({ enrich_breach_data: { outputs: { breaches: ['bob'] } } });
    expect(stateOf(report, 'validate_results')).toBe('Failed ChecksFailed');
    expect(report.steps['validate_results']?.message).toMatch(
      /^relevance is 0, must be at least 0\.8; lacking: .*alice/,
    );
    expect(stateOf(report, 'generate_output')).toBe('Skipped RunEnded');
  });

  test('tells the order in which the steps began', () => {
    const { order } = investigate();
    expect(order.slice(0, 2)).toEqual(['collect_twitter', 'collect_multiple_sources']);
    expect(order.indexOf('transform_raw_data')).toBeGreaterThan(order.indexOf('collect_facebook'));
    expect(order.indexOf('wait_for_silver')).toBeGreaterThan(order.indexOf('transform_raw_data'));
    expect(order).not.toContain('collect_twitter2');
  });

  test('takes no more than the author estimated, as far as that is known', () => {
    const { estimatedCostUnits, estimatedDurationSeconds } = investigate();
    expect({ estimatedCostUnits, estimatedDurationSeconds }).toEqual({
      estimatedCostUnits: '25',
      estimatedDurationSeconds: 900,
    });
  });

  test('is the same run each time', () => {
    expect(investigate()).toEqual(investigate());
  });
});
