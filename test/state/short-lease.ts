import { timing, type Timing } from '../../src/engine/timing.ts';

/** Durations of which those of a lease are this much shorter than in the product. */
export function short(scale: number): Timing {
  const real = timing();
  return {
    ...real,
    leaseTerm: real.leaseTerm * scale,
    leaseRenew: real.leaseRenew * scale,
    leaseDeadline: real.leaseDeadline * scale,
    leaseWatch: real.leaseWatch * scale,
  };
}
