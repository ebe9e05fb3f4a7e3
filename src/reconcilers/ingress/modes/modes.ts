import type { IngressMode } from '../../../spec/gateway.ts';
import { cloudfront } from './cloudfront.ts';
import type { Mode } from './mode.ts';

/** The modes that are built, by their names in the manifest. */
export const modes: Readonly<Partial<Record<IngressMode, Mode>>> = { cloudfront };
