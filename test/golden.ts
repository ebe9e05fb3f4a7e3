import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Compares with `test/golden/<name>`, which people read and review; `UPDATE_GOLDEN=1` writes it anew. */
export async function assertGolden(name: string, text: string): Promise<void> {
  const file = `test/golden/${name}`;
  if (process.env['UPDATE_GOLDEN'] === '1') {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, `${text}\n`);
  }
  assert.equal(`${text}\n`, await readFile(file, 'utf8'), `${file} says otherwise; UPDATE_GOLDEN=1 writes it anew`);
}
