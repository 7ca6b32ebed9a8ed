import type { CDPSession, Page } from 'playwright-core';

/** A node of the browser's accessibility tree, as far as it is asked for here. */
interface TreeNode {
  readonly ignored: boolean;
  readonly backendDOMNodeId?: number;
  readonly role?: { readonly value?: unknown };
  readonly name?: { readonly value?: unknown };
}

/** Reads a page by the tree that the browser gives to screen readers, and acts as one does: focus, keys. */
export class ScreenReader {
  private constructor(
    private readonly page: Page,
    private readonly session: CDPSession,
  ) {}

  static async of(page: Page): Promise<ScreenReader> {
    const session = await page.context().newCDPSession(page);
    await session.send('Accessibility.enable');
    return new ScreenReader(page, session);
  }

  /** Waits for something of a role and name. Resolves with its DOM node. */
  async find(role: string, name: string | RegExp): Promise<number> {
    for (;;) {
      const { nodes } = (await this.session.send('Accessibility.getFullAXTree')) as { nodes: readonly TreeNode[] };
      const found = nodes.find((node) => !node.ignored && node.role?.value === role && isNamed(node, name));
      if (found?.backendDOMNodeId !== undefined) return found.backendDOMNodeId;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async press(role: string, name: string | RegExp): Promise<void> {
    await this.focus(role, name);
    await this.page.keyboard.press('Enter');
  }

  async write(role: string, name: string, text: string): Promise<void> {
    await this.focus(role, name);
    await this.page.keyboard.type(text);
  }

  private async focus(role: string, name: string | RegExp): Promise<void> {
    await this.session.send('DOM.focus', { backendNodeId: await this.find(role, name) });
  }
}

function isNamed({ name: { value } = {} }: TreeNode, name: string | RegExp): boolean {
  const text = textOf(value).trim();
  return typeof name === 'string' ? text === name : name.test(text);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? '');
}
