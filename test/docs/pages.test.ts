import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';

const ROOT = join(import.meta.dirname, '..', '..');
const FOLDERS = ['docs', 'models/mini', 'models/mini-lora', 'scripts', 'test'];
const PAGES = ['README.md', ...FOLDERS.flatMap(filesBelow).filter((file) => file.endsWith('.md'))];
const SCRIPTS = (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: object }).scripts;

/** Paths in the repository. */
function filesBelow(folder: string): string[] {
  const entries = readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true, encoding: 'utf8' });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return files.map((file) => file.slice(ROOT.length + 1)).filter((file) => !file.includes('/.venv/'));
}

const read = (page: string): string => readFileSync(join(ROOT, page), 'utf8');
/** A page without its blocks of code. */
const prose = (page: string): string => read(page).replace(/^```[^]*?^```$/gm, '');

/** What a page's links say behind it, to files and sections of the repository. */
const linksOf = (page: string): string[] =>
  [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link).filter((link) => !/^https?:/.test(link));

/** A page's sections, by depth (2: ##) and the names that links have for them, as GitHub makes them. */
function sectionsOf(page: string): { readonly depth: number; readonly anchor: string }[] {
  const headings = [...prose(page).matchAll(/^(#+) (.+)$/gm)];
  return headings.map(([, marks = '', title = '']) => ({ depth: marks.length, anchor: anchorOf(title) }));
}

function anchorOf(title: string): string {
  const text = title.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
  return text.replace(/[^\p{L}\p{N}_ -]/gu, '').replaceAll(' ', '-');
}

/** Where a link of a page leads. */
function target(page: string, link: string): { readonly file: string; readonly anchor: string | undefined } {
  const [path = '', anchor] = link.split('#');
  return { file: path === '' ? page : join(dirname(page), decodeURIComponent(path)), anchor };
}

describe.each(PAGES)('%s', (page) => {
  test('links lead to what is there', () => {
    const dead = linksOf(page).filter((link) => {
      const { file, anchor } = target(page, link);
      if (!existsSync(join(ROOT, file))) return true;
      return anchor !== undefined && !sectionsOf(file).some((section) => section.anchor === anchor);
    });
    expect(dead).toEqual([]);
  });

  test('its list of contents, where it has one, has all of its sections', () => {
    const contents = [...prose(page).matchAll(/^- \[[^\]]*\]\(#([^)]+)\)$/gm)].map(([, anchor = '']) => anchor);
    const sections = sectionsOf(page).filter(({ depth }) => depth === 2);
    if (contents.length > 0) expect(contents).toEqual(sections.map(({ anchor }) => anchor));
  });

  test('commands run what is there', () => {
    const text = read(page);
    const scripts = [...text.matchAll(/npm run (?:--silent )?([\w:]+)/g)].map(([, name = '']) => name);
    expect(scripts.filter((name) => !(name in SCRIPTS))).toEqual([]);
    const files = [...text.matchAll(/\b(?:node|python3?|sh) ((?:scripts|benchmarks|test)\/[\w./-]+)/g)];
    expect(files.map(([, file = '']) => file).filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
  });
});

test('every page and picture of docs is linked to', () => {
  const linked = new Set(PAGES.flatMap((page) => linksOf(page).map((link) => target(page, link).file)));
  expect(filesBelow('docs').filter((file) => !linked.has(file))).toEqual([]);
});
