// Node's spec report, then what failed and what each layer (first folder under test/) took; fails a run in which no test
// ran.
import { writeSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { spec } from 'node:test/reporters';

export default async function* report(events) {
  const layers = new Map();
  const failed = [];
  let ran = 0;

  async function* watch() {
    for await (const event of events) {
      const { type, data } = event;
      const isFile = data.nesting === 0 && data.file !== undefined && resolve(data.name ?? '') === resolve(data.file);
      if (type === 'test:complete' && isFile) addTo(layers, resolve(data.file), data.details.duration_ms);
      const isTest = !isFile && data.details?.type !== 'suite' && data.skip === undefined;
      if ((type === 'test:pass' || type === 'test:fail') && isTest) ran++;
      if (type === 'test:fail' && data.todo === undefined && (isTest || isFile)) failed.push(data);
      yield event;
    }
  }

  // A run that is forced to exit does not wait for what the report has still to say.
  process.once('exit', () => {
    writeSync(1, [...failed.map(failure), table(layers), ...(ran === 0 ? ['no test ran\n'] : [])].join(''));
    if (ran === 0) process.exitCode = 1;
  });
  yield* Readable.from(watch()).pipe(new spec());
}

function failure({ name, file = '', line, details }) {
  const { cause, message } = details.error ?? {};
  return `\nfailed: ${name}\n  ${relative('', file)}:${line}\n  ${cause?.message ?? cause ?? message}\n`;
}

function addTo(layers, file, milliseconds) {
  const [layer, inside] = file.slice(file.indexOf('/dist/test/') + '/dist/test/'.length).split('/');
  const name = inside === undefined ? 'repository' : layer;
  const { files, time } = layers.get(name) ?? { files: 0, time: 0 };
  layers.set(name, { files: files + 1, time: time + milliseconds });
}

function table(layers) {
  const rows = [...layers].sort(([a], [b]) => a.localeCompare(b));
  const lines = rows.map(
    ([name, { files, time }]) =>
      `  ${name.padEnd(14)}${String(files).padStart(4)} files${(time / 1000).toFixed(1).padStart(9)} s\n`,
  );
  return `layers, two files at a time:\n${lines.join('')}`;
}
