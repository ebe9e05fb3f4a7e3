/** Gathers what `pick` takes from every page of a paginator. */
export async function collect<Page, Item>(
  pages: AsyncIterable<Page>,
  pick: (page: Page) => readonly Item[] | undefined,
): Promise<readonly Item[]> {
  const items: Item[] = [];
  for await (const page of pages) items.push(...(pick(page) ?? []));
  return items;
}

/**
 * The pages of a list that the SDK has no paginator for.
 *
 * @param next where the page after this one begins; nothing after the last
 */
export async function* pagesOf<Page>(
  ask: (marker: string | undefined) => Promise<Page>,
  next: (page: Page) => string | undefined,
): AsyncGenerator<Page> {
  let marker: string | undefined;
  do {
    const page = await ask(marker);
    yield page;
    marker = next(page);
  } while (marker !== undefined && marker !== '');
}

/** Cuts a list into pieces of at most `size`, for calls that take so many at once. */
export function chunks<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}
