/** What a request goes through, from the browser inwards. */
export const layers = [
  'dns',
  'certificate',
  'cloudfront',
  'load-balancer',
  'targets',
  'tasks',
  'database',
  'realm',
] as const;

export type Layer = (typeof layers)[number];

/** One layer on the way of one address. */
export interface Finding {
  readonly layer: Layer;
  /** `note`: it does its work, and something about it is not as it should be. `unknown`: nothing got so far. */
  readonly verdict: 'ok' | 'note' | 'wrong' | 'unknown';
  /** What was seen. */
  readonly seen: string;
  /** What is behind it, the most likely first. */
  readonly causes: readonly string[];
  /** What to do. */
  readonly advice?: Advice;
}

/** `apply`: the controller puts it right by itself. Otherwise words for a person. */
export type Advice = 'apply' | { readonly words: string };

export const isAtFault = ({ verdict }: Finding): boolean => verdict === 'wrong';
