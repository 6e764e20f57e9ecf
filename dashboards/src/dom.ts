/** The two things that every view does with the document. Text goes in as text nodes, so that names from data stay inert. */

export type Child = Node | string;

/** Builds an element: `element('li', { role: 'option' }, name)`. There is no way to hand it markup or a style attribute. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** The element of the page's frame (index.html) with this id; a missing one is a fault in the page itself. */
export function byId<T extends Element = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) throw new Error(`index.html has no element #${id}`);
  return found as unknown as T;
}

/** Writes text only where it differs, so that screen readers and selections are left in peace. */
export function setText(node: Element, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}
