import type { Lines } from '../controller/causes.ts';
import type { Kinds } from '../engine/kind.ts';
import type { Plan } from '../engine/plan.ts';
import type { Action } from '../engine/step.ts';
import type { AppliedRecord } from '../state/applied.ts';

/** What is shown of a plan. */
export interface PlanView {
  readonly plan: Plan;
  readonly kinds: Kinds;
  readonly applied: AppliedRecord;
  /** Where the manifest asks for it; none by default. */
  readonly lines?: Lines | undefined;
  /** Opens what is folded. */
  readonly all: boolean;
  readonly destroy: boolean;
}

export const SIGNS: Readonly<Record<Action, string>> = {
  create: '+',
  update: '~',
  replace: '±',
  delete: '-',
  refuse: '!',
};
export const COLOURS = { create: 'green', update: 'yellow', replace: 'magenta', delete: 'red', refuse: 'red' } as const;
/** The domain's column, and where what is said of it begins. */
export const DOMAIN = 13;
export const INDENT = DOMAIN + 4;
/** Where a name begins that has no room beside its domain, and what is said further of something. */
export const NARROW = 4;
