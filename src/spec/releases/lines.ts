import type { Release } from '../gateway.ts';
import { line as first } from './1.0.ts';
import type { Line } from './release.ts';

/** The lines of images that are known here. */
export const lines: Readonly<Partial<Record<Release, Line>>> = { '1.0': first };
