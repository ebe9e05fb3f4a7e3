import assert from 'node:assert/strict';
import { dump, load } from 'js-yaml';
import type { Gateway } from '../../src/spec/gateway.ts';
import { problemLine, type Problem } from '../../src/spec/problem.ts';
import { checkFiles, type LoadedGateway, type Manifests } from '../../src/spec/read.ts';

/** The least that a manifest says, with nothing to complain about. */
export const least = `apiVersion: mcpgw.io/v1alpha1
kind: Gateway
metadata:
  name: mcp-gateway
spec:
  accountId: "123456789012"
  region: us-east-1
  ingress:
    mode: cloudfront
    allowedCidrs: [203.0.113.7/32]
`;

export const check = (text: string, file = 'gateway.yaml'): Manifests => checkFiles([{ file, text, found: false }]);

type Data = { [key: string]: unknown };

const isData = (value: unknown): value is Data => typeof value === 'object' && value !== null && !Array.isArray(value);

function merged(base: Data, patch: Data): Data {
  const out = { ...base };
  for (const [key, value] of Object.entries(patch)) {
    const before = out[key];
    out[key] = isData(value) && isData(before) ? merged(before, value) : value;
  }
  return out;
}

/** The least manifest with something more, or something else, in it. */
export function withMore(patch: Data): string {
  const base = load(least);
  assert(isData(base));
  return dump(merged(base, patch));
}

export const withSpec = (spec: Data): string => withMore({ spec });

/** The one gateway of a text that has no problem. */
export function loaded(text: string): LoadedGateway {
  const { gateways, problems } = check(text);
  assert.deepEqual(problems.map(problemLine), []);
  assert(gateways[0]);
  return gateways[0];
}

export const gatewayOf = (text: string): Gateway => loaded(text).gateway;

/** The one gateway of a text, whatever is odd about it. */
export function oddGatewayOf(text: string): Gateway {
  const { gateways, problems } = check(text);
  assert(gateways[0] !== undefined, problems.map(problemLine).join('\n'));
  return gateways[0].gateway;
}

/** Problems without their places. */
export const sayings = (problems: readonly Problem[]): readonly string[] =>
  problems.map(({ path, message, suggestion, severity }) =>
    [
      severity === 'warning' ? 'warning ' : '',
      path,
      ': ',
      message,
      suggestion === undefined ? '' : `; ${suggestion}`,
    ].join(''),
  );
