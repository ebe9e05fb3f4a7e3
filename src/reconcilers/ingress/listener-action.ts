import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2';

/** What a listener or a rule does with a request. */
export type ListenerAction =
  | { readonly type: 'forward'; readonly targetGroupArn: string }
  /** The same host, path and query under another protocol and port, for good. */
  | { readonly type: 'redirect'; readonly protocol: 'HTTPS'; readonly port: string };

// What AWS fills in: as in the request.
const HOST = '#{host}';
const PATH = '/#{path}';
const QUERY = '#{query}';

export const fromAction = (action: ListenerAction): Action[] =>
  action.type === 'forward'
    ? [{ Type: 'forward', TargetGroupArn: action.targetGroupArn }]
    : [{ Type: 'redirect', RedirectConfig: { Protocol: action.protocol, Port: action.port, StatusCode: 'HTTP_301' } }];

/** Undefined for whatever we never set: several groups, a fixed answer, a sign-in. */
export function toAction(actions: readonly Action[] | undefined): ListenerAction | undefined {
  const [action, second] = actions ?? [];
  if (action === undefined || second !== undefined) return undefined;
  // A forward comes back in both forms; only this one says whether there are several groups.
  const groups = action.ForwardConfig?.TargetGroups ?? [action];
  const [group] = groups;
  if (action.Type === 'forward' && group?.TargetGroupArn !== undefined && groups.length === 1)
    return { type: 'forward', targetGroupArn: group.TargetGroupArn };
  const { Protocol, Port, StatusCode, Host = HOST, Path = PATH, Query = QUERY } = action.RedirectConfig ?? {};
  const isElsewhere = Host !== HOST || Path !== PATH || Query !== QUERY || StatusCode !== 'HTTP_301';
  if (action.Type === 'redirect' && Protocol === 'HTTPS' && Port !== undefined && !isElsewhere)
    return { type: 'redirect', protocol: Protocol, port: Port };
  return undefined;
}
