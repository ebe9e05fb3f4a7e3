import { AsyncLocalStorage } from 'node:async_hooks';
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Context, type Span } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { ReconcileError } from '../engine/errors.ts';
import { version } from '../version.ts';
import type { Attributes, Tracing, TracingOptions } from './tracing.ts';

/** Spans that wait to be sent. A first apply makes about 2,000 within minutes; beyond this they are dropped. */
const WAITING = 8192;

/** The exporter reads where to and how from OpenTelemetry's own environment variables. */
export function otlpTracing({ clock, timing, onWarning }: TracingOptions): Tracing {
  const provider = new TracerProvider({
    resource: defaultResource()
      .merge(resourceFromAttributes({ 'service.name': 'mcpgw-controller', 'service.version': version }))
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor({ exporter: exporterTo(onWarning), maxQueueSize: WAITING })],
  });
  const tracer = provider.getTracer('mcpgw-controller', version);
  const inside = new AsyncLocalStorage<Context>();

  async function within<T>(name: string, attributes: Attributes, act: (span: Span) => Promise<T>): Promise<T> {
    const parent = inside.getStore() ?? ROOT_CONTEXT;
    const span = tracer.startSpan(name, { attributes, startTime: new Date(clock.now()) }, parent);
    try {
      return await inside.run(trace.setSpan(parent, span), () => act(span));
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: codeOf(error) });
      throw error;
    } finally {
      span.end(new Date(clock.now()));
    }
  }

  return {
    run: (gateway, attributes, act) =>
      within(`run ${gateway}`, { 'mcpgw.gateway': gateway, ...attributes }, (span) =>
        act((more) => void span.setAttributes({ ...more })),
      ),
    step: ({ node, kind, domain, action, verb }, act) =>
      within(
        `${verb} ${node}`,
        { 'mcpgw.node': node, 'mcpgw.kind': kind, 'mcpgw.domain': domain, 'mcpgw.action': action },
        act,
      ),
    called: ({ service, operation, ms, attempts, error }) => {
      const parent = inside.getStore();
      if (parent === undefined) return;
      const end = clock.now();
      const span = tracer.startSpan(
        `${service}.${operation}`,
        {
          kind: SpanKind.CLIENT,
          startTime: new Date(end - ms),
          attributes: {
            'rpc.system': 'aws-api',
            'rpc.service': service,
            'rpc.method': operation,
            'mcpgw.attempts': attempts,
          },
        },
        parent,
      );
      if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: error });
      span.end(new Date(end));
    },
    close: async () => {
      const sent = new AbortController();
      const shut = provider.shutdown().finally(() => sent.abort());
      await Promise.race([shut.catch(() => undefined), clock.sleep(timing.stop, sent.signal)]);
    },
  };
}

/** By itself the exporter drops what it cannot send without a word. */
function exporterTo(onWarning: (message: string) => void): OTLPTraceExporter {
  const exporter = new OTLPTraceExporter();
  const send = exporter.export.bind(exporter);
  let isKnown = false;
  exporter.export = (spans, done) =>
    send(spans, (result) => {
      if (result.error !== undefined && !isKnown) {
        isKnown = true;
        onWarning(`traces cannot be sent (${result.error.message}); look at OTEL_EXPORTER_OTLP_ENDPOINT`);
      }
      done(result);
    });
  return exporter;
}

/** The error's name alone: its message may quote a value. */
function codeOf(error: unknown): string {
  if (error instanceof ReconcileError) return error.code;
  return error instanceof Error ? error.name : 'Error';
}
