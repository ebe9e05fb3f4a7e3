import type { CallListener } from '../aws/middleware.ts';
import type { Step } from '../engine/step.ts';
import type { Clock, Timing } from '../engine/timing.ts';

/** What is said of a run besides its name. */
export type Attributes = Readonly<Record<string, string | number | boolean>>;

/** Spans for OpenTelemetry: one a run, one a step inside it, one an AWS call inside that. */
export interface Tracing {
  /** Whatever happens inside belongs to the run. `note` adds what is known only at its end. */
  run<T>(gateway: string, attributes: Attributes, act: (note: (more: Attributes) => void) => Promise<T>): Promise<T>;
  step<T>(step: Step, act: () => Promise<T>): Promise<T>;
  /** What no run asked for is left out. */
  readonly called: CallListener;
  /** Sends what is left, for as long as a stop may take. */
  close(): Promise<void>;
}

/** Where spans go is not set: nothing is traced. */
export const untraced: Tracing = {
  run: (_gateway, _attributes, act) => act(() => undefined),
  step: (_step, act) => act(),
  called: () => undefined,
  close: () => Promise.resolve(),
};

export interface TracingOptions {
  readonly clock: Clock;
  readonly timing: Timing;
  /** Told once when spans cannot be sent. */
  readonly onWarning: (message: string) => void;
}

const ENDPOINTS = ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'];

/** Traces by OTLP over HTTP when the environment says where to, as OpenTelemetry's own variables do. */
export async function tracingFrom(
  environment: Readonly<Record<string, string | undefined>>,
  options: TracingOptions,
): Promise<Tracing> {
  const isOff = environment['OTEL_SDK_DISABLED'] === 'true' || environment['OTEL_TRACES_EXPORTER'] === 'none';
  if (isOff || !ENDPOINTS.some((name) => (environment[name] ?? '') !== '')) return untraced;
  const { otlpTracing } = await import('./otlp.ts');
  return otlpTracing(options);
}
