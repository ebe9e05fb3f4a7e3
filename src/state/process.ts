import { readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Where a process id means something: two containers may share a host's name and each have a process 1. */
export function processSpace(): string {
  try {
    return `${hostname()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    // Only Linux has such spaces.
    return hostname();
  }
}

/** Whether a process of this space still is there. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Somebody else's process.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
