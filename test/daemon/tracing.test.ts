import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { tracingFrom, untraced, type Tracing } from '../../src/daemon/tracing.ts';
import { systemClock, timing } from '../../src/engine/timing.ts';
import { toyKind, ToyPlatform } from '../engine/toy-platform.ts';
import { graphOf, run } from '../engine/toy-run.ts';
import { VirtualClock } from '../engine/virtual-clock.ts';
import { startOtlpReceiver, type OtlpReceiver, type SentSpan } from './otlp-receiver.ts';

const net = toyKind('Net');
const db = toyKind('Db');
const props = { size: 1, shape: 'round', uses: [] };

interface Traced extends OtlpReceiver {
  readonly tracing: Tracing;
  readonly warnings: readonly string[];
}

async function traced(t: TestContext, endpoint = ''): Promise<Traced> {
  const receiver = await startOtlpReceiver();
  t.after(() => receiver.close());
  // The exporter reads the environment of the process.
  process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = endpoint.startsWith('http') ? endpoint : receiver.url + endpoint;
  process.env['OTEL_RESOURCE_ATTRIBUTES'] = 'deployment.environment=test';
  const warnings: string[] = [];
  const tracing = await tracingFrom(process.env, {
    clock: systemClock,
    timing: timing(),
    onWarning: (message) => warnings.push(message),
  });
  return { ...receiver, tracing, warnings };
}

function named(spans: readonly SentSpan[], name: string): SentSpan {
  const span = spans.find((each) => each.name === name);
  assert.ok(span, `no span is called ${name}; there are: ${spans.map((each) => each.name).join(', ')}`);
  return span;
}

test('a run is a span, its steps are spans inside it, and calls are spans inside those', async (t) => {
  const { tracing, spans, resource } = await traced(t);
  const toy = new ToyPlatform(new VirtualClock());
  toy.fault = (call) => (call.startsWith('create Db') ? 'forbidden' : undefined);
  const graph = graphOf((builder) => {
    builder.add(net, 'main', props);
    builder.add(db, 'store', props);
  });
  await tracing.run('1/toy-1/test', { 'mcpgw.revision': '3f2c1ab' }, async (note) => {
    tracing.called({ service: 'ec2', operation: 'DescribeVpcs', ms: 12, attempts: 1 });
    const outcome = await run(toy, { network: [net], data: [db] }, graph, {
      around: (step, act) =>
        tracing.step(step, async () => {
          const answer = await act().catch((error: unknown) => {
            tracing.called({
              service: 'ec2',
              operation: 'Create',
              ms: 40,
              attempts: 2,
              error: 'UnauthorizedOperation',
            });
            throw error;
          });
          tracing.called({ service: 'ec2', operation: 'CreateVpc', ms: 30, attempts: 1 });
          return answer;
        }),
    });
    note({ 'mcpgw.result': outcome.result });
  });
  await tracing.close();

  const whole = named(spans, 'run 1/toy-1/test');
  const look = named(spans, 'ec2.DescribeVpcs');
  const step = named(spans, 'create Net/main');
  const call = named(spans, 'ec2.CreateVpc');
  const refused = named(spans, 'create Db/store');
  assert.equal(whole.parentSpanId, undefined);
  assert.deepEqual(
    [look, step, refused].map((span) => span.parentSpanId),
    Array(3).fill(whole.spanId),
  );
  assert.equal(call.parentSpanId, step.spanId);
  assert.equal(named(spans, 'ec2.Create').parentSpanId, refused.spanId);
  assert.equal(new Set(spans.map((span) => span.traceId)).size, 1);
  assert.deepEqual(
    [whole.attributes['mcpgw.revision'], whole.attributes['mcpgw.result'], step.attributes['mcpgw.domain']],
    ['3f2c1ab', 'failed', 'network'],
  );
  assert.deepEqual(named(spans, 'ec2.Create').status, { code: 2, message: 'UnauthorizedOperation' });
  assert.equal(refused.status.code, 2);
  assert.ok(BigInt(look.endTimeUnixNano) - BigInt(look.startTimeUnixNano) === 12_000_000n);
  assert.deepEqual([resource['service.name'], resource['deployment.environment']], ['mcpgw-controller', 'test']);
});

test('a collector that does not answer holds nothing up', async (t) => {
  const { tracing } = await traced(t, 'http://127.0.0.1:9');
  await tracing.run('1/toy-1/test', {}, async () => undefined);
  const began = performance.now();
  await tracing.close();
  assert.ok(performance.now() - began < 2000);
});

test('a wrong endpoint is said once', async (t) => {
  const { tracing, warnings } = await traced(t, '/wrong');
  await tracing.run('1/toy-1/test', {}, async () => undefined);
  await tracing.close();
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] ?? '', /traces cannot be sent \(.+\); look at OTEL_EXPORTER_OTLP_ENDPOINT/);
});

test('without an endpoint nothing is traced, and what runs inside still runs', async () => {
  const options = { clock: systemClock, timing: timing(), onWarning: () => undefined };
  assert.equal(await tracingFrom({}, options), untraced);
  const off = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', OTEL_SDK_DISABLED: 'true' };
  assert.equal(await tracingFrom(off, options), untraced);
  assert.equal(await untraced.run('a', {}, async () => 7), 7);
});
