/**
 * An element of index.html.
 * @throws when the page has no such element of that kind
 */
export function byId<T extends HTMLElement>(id: string, kind: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`The page has no ${kind.name} with the id ${id}`);
  return found;
}

type Properties = Readonly<Record<string, string | boolean>>;

/** A new element with attributes (true: present, false: absent) and children. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Properties = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const created = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'string') created.setAttribute(name, value);
    else created.toggleAttribute(name, value);
  }
  created.append(...children);
  return created;
}

/** Puts other children in place, and the focus back on the one that has the id of that which had it. */
export function replaceChildren(parent: HTMLElement, ...children: readonly Node[]): void {
  const focused = parent.contains(document.activeElement) ? document.activeElement?.id : undefined;
  parent.replaceChildren(...children);
  if (focused !== undefined && focused !== '') document.getElementById(focused)?.focus();
}

/** A button that does something. */
export function button(attributes: Properties, text: string, onClick: () => void): HTMLButtonElement {
  const created = element('button', { type: 'button', ...attributes }, text);
  created.addEventListener('click', onClick);
  return created;
}
