/** The oldest release line of Node.js that still gets fixes. */
const OLDEST_KEPT = 22;

/** What is to be said of the Node.js that runs this, if anything. */
export function runtimeNote(version: string): string | undefined {
  const major = Number(version.split('.')[0]);
  return major < OLDEST_KEPT
    ? `Node.js ${version} gets no fixes any more, and the AWS SDK will soon refuse it: use Node.js ${OLDEST_KEPT} or a later one with long-term support`
    : undefined;
}
