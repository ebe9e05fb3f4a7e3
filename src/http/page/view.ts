/** What of a gateway is shown. All of it stands in the URL, so that it can be sent to a colleague. */
export interface View {
  /** The chosen node. */
  readonly node?: string | undefined;
  /** The chosen run, by when it began. */
  readonly run?: string | undefined;
  /** Only nodes with this in their id, phase or reason. */
  readonly find?: string | undefined;
  /** What is opened or shut against its default. */
  readonly toggled: readonly string[];
}

const none: View = { toggled: [] };

export function viewOf(query: Readonly<Record<string, string>>): View {
  const { node, run, find, toggled = '' } = query;
  return {
    node: node === '' ? undefined : node,
    run: run === '' ? undefined : run,
    find: find === '' ? undefined : find,
    toggled: toggled.split(',').filter((name) => name !== ''),
  };
}

/** The address of a view. */
export function hrefOf(path: string, view: View = none): string {
  const query = new URLSearchParams();
  if (view.node !== undefined) query.set('node', view.node);
  if (view.run !== undefined) query.set('run', view.run);
  if (view.find !== undefined) query.set('find', view.find);
  if (view.toggled.length > 0) query.set('toggled', view.toggled.join(','));
  const text = query.toString().replaceAll('%2F', '/').replaceAll('%2C', ',').replaceAll('%3A', ':');
  return text === '' ? path : `${path}?${text}`;
}

export const isOpen = ({ toggled }: View, name: string, byDefault: boolean): boolean =>
  toggled.includes(name) ? !byDefault : byDefault;

/** The same view with one thing opened that was shut, or shut that was open. */
export function toggle(view: View, name: string): View {
  const { toggled } = view;
  return { ...view, toggled: toggled.includes(name) ? toggled.filter((each) => each !== name) : [...toggled, name] };
}
