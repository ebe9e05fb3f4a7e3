import { keysOf, type Change } from './diff.ts';
import type { Leave, Step } from './step.ts';

type Values = Readonly<Record<string, unknown>>;

/** An update with what is to be left taken out: its props say of a left field what lives there. */
export function leaveChanges(
  update: Step,
  leave: Leave | undefined,
): { readonly step: Step; readonly open: readonly Change[]; readonly left: string | undefined } {
  const reasons = new Set<string>();
  const stays = new Set<Change>();
  for (const change of update.changes) {
    const reason = leave?.(update, change);
    if (reason === undefined) continue;
    for (const other of togetherWith(change, update)) stays.add(other);
    reasons.add(`${change.path}: ${reason}`);
  }
  if (reasons.size === 0) return { step: update, open: update.changes, left: undefined };
  const open = update.changes.filter((change) => !stays.has(change));
  const props = [...stays].reduce((wanted, change) => asFound(wanted, change, update), update.props);
  return { step: { ...update, changes: open, props }, open, left: [...reasons].join('; ') };
}

/** A list is set whole, and its order may have been made up: one of its items cannot be left alone. */
function togetherWith(change: Change, { changes, props, live }: Step): readonly Change[] {
  const [field = ''] = keysOf(change.path);
  const found: Values = live?.props ?? {};
  if (!Array.isArray(props[field]) && !Array.isArray(found[field])) return [change];
  return changes.filter((other) => keysOf(other.path)[0] === field);
}

function asFound(props: Values, change: Change, { live }: Step): Values {
  const [field = '', ...rest] = keysOf(change.path);
  // Tags are set one by one, and are no prop.
  if (!(field in props)) return props;
  const found: Values = live?.props ?? {};
  const isList = Array.isArray(props[field]) || Array.isArray(found[field]);
  return { ...props, [field]: isList ? found[field] : put(props[field], rest, change.from) };
}

function put(value: unknown, [key, ...rest]: readonly string[], item: unknown): unknown {
  if (key === undefined) return item;
  const { [key]: inner, ...others } = isValues(value) ? value : {};
  // What was not there is taken out again.
  return rest.length === 0 && item === null ? others : { ...others, [key]: put(inner, rest, item) };
}

const isValues = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
