import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { constants, gzipSync } from 'node:zlib';
import { extname, join, relative, sep } from 'node:path';
import { Injectable } from '@nestjs/common';
import { PLAYGROUND_DIR } from '../program/program-files.js';

export interface PageFile {
  readonly body: Buffer;
  /** The same, compressed; null where that gains nothing. */
  readonly gzip: Buffer | null;
  readonly mediaType: string;
}

/** By extension; other files of the folders (source maps) are not served. */
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.jpg': 'image/jpeg',
};
const FOLDERS = ['client', 'static', 'styles'];
const PAGE = join(PLAYGROUND_DIR, 'static', 'index.html');

/**
 * The page's files, read once. Their paths hold a digest of all of them, so that browsers keep them for good and a new version
 * of the service never mixes with what they kept of an old one.
 */
@Injectable()
export class PageFiles {
  readonly page: PageFile;
  readonly pageTag: string;
  private readonly files: ReadonlyMap<string, PageFile>;
  private readonly version: string;

  constructor() {
    const html = readFileSync(PAGE, 'utf8');
    this.files = new Map(FOLDERS.flatMap(filesBelow));
    this.version = digest([html, ...[...this.files].flatMap(([path, { body }]) => [path, body])]);
    const body = Buffer.from(this.fillIn(html));
    this.page = pageFile(body, 'text/html; charset=utf-8');
    this.pageTag = `"${digest([body])}"`;
  }

  /** The file at a path below `/playground/VERSION/`; undefined when there is none, or the version is another one. */
  file(version: string, path: string): PageFile | undefined {
    return version === this.version ? this.files.get(path) : undefined;
  }

  /** Puts the version into the page's links, and lets browsers fetch all modules at once instead of import by import. */
  private fillIn(html: string): string {
    const modules = [...this.files.keys()].filter((path) => path.endsWith('.js'));
    const preloads = modules.map((path) => `<link rel="modulepreload" href="playground/{{version}}/${path}" />`);
    return html.replace('<!-- modules -->', preloads.join('\n    ')).replaceAll('{{version}}', this.version);
  }
}

function filesBelow(folder: string): [string, PageFile][] {
  const root = join(PLAYGROUND_DIR, folder);
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .flatMap((path) => {
      const mediaType = MEDIA_TYPES[extname(path)];
      const name = [folder, ...relative(root, path).split(sep)].join('/');
      return mediaType === undefined ? [] : [[name, pageFile(readFileSync(path), mediaType)]];
    });
}

function pageFile(body: Buffer, mediaType: string): PageFile {
  return {
    body,
    mediaType,
    gzip: mediaType === 'image/jpeg' ? null : gzipSync(body, { level: constants.Z_BEST_COMPRESSION }),
  };
}

function digest(parts: readonly (string | Buffer)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex').slice(0, 16);
}
