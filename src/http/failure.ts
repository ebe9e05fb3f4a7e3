import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

/** An answer that says what is wrong, as Kubernetes writes it. */
export const failure = (context: Context, code: ContentfulStatusCode, reason: string, message: string): Response =>
  context.json({ apiVersion: 'mcpgw.io/v1alpha1', kind: 'Status', status: 'Failure', code, reason, message }, code);
