/**
 * Makes `from` like `to` and keeps what is alike: elements with the same id are the same, so focus, scrolling and what
 * somebody is typing stay, and so does what the browser alone wrote there (`data-own`, for the same wish).
 */
export function morph(from: Element, to: Element): void {
  if (from.tagName !== to.tagName || from.id !== to.id) {
    from.replaceWith(to);
    return;
  }
  const own = from.getAttribute('data-own');
  if (from.isEqualNode(to) || (own !== null && own === to.getAttribute('data-own'))) return;
  attributes(from, to);
  children(from, to);
}

function attributes(from: Element, to: Element): void {
  for (const name of from.getAttributeNames()) if (!to.hasAttribute(name)) from.removeAttribute(name);
  for (const { name, value } of to.attributes) if (from.getAttribute(name) !== value) from.setAttribute(name, value);
}

function children(from: Element, to: Element): void {
  const known = new Map([...from.children].filter((child) => child.id !== '').map((child) => [child.id, child]));
  let next = from.firstChild;
  // What is taken from there leaves the list.
  for (const wanted of Array.from(to.childNodes)) {
    const same = wanted instanceof Element && wanted.id !== '' ? known.get(wanted.id) : undefined;
    if (same !== undefined) {
      if (same === next) next = next.nextSibling;
      else from.insertBefore(same, next);
      if (wanted instanceof Element) morph(same, wanted);
    } else if (next !== null && isAlike(next, wanted)) {
      const here = next;
      next = next.nextSibling;
      if (here instanceof Element && wanted instanceof Element) morph(here, wanted);
      else if (here.nodeValue !== wanted.nodeValue) here.nodeValue = wanted.nodeValue;
    } else {
      from.insertBefore(wanted, next);
    }
  }
  while (next !== null) {
    const here: ChildNode = next;
    next = next.nextSibling;
    here.remove();
  }
}

/** Neither is known by an id, and both are of one sort. */
const isAlike = (a: ChildNode, b: ChildNode): boolean =>
  a.nodeName === b.nodeName && !(a instanceof Element && a.id !== '') && !(b instanceof Element && b.id !== '');
