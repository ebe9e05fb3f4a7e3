import type { Aws } from '../aws/aws.ts';

/** Something that a kind remembers for as long as a session lives. A restart knows nothing of it. */
export function perSession<T>(make: () => T): (aws: Aws) => T {
  const all = new WeakMap<Aws, T>();
  return (aws) => {
    const known = all.get(aws) ?? make();
    all.set(aws, known);
    return known;
  };
}
