// @ts-check
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

const LICENSE_FILE = /^(licen[cs]e|notice|copying)\b/i;
const RULE = '-'.repeat(80);

/**
 * The licenses of the packages that files belong to, as those who pass the files on must pass them on too.
 * @param {readonly string[]} files paths below some node_modules; others are left out
 */
export async function thirdPartyLicenses(files) {
  const folders = new Set(
    files.flatMap((file) => /^.*node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(file)?.[0] ?? []),
  );
  const texts = await Promise.all([...folders].map((folder) => licenseOf(resolve(folder))));
  return `The program's files hold code of these packages.\n\n${[...new Set(texts)].sort().join('\n')}`;
}

/** @param {string} folder of a package */
async function licenseOf(folder) {
  const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const names = (await readdir(folder)).filter((file) => LICENSE_FILE.test(file)).sort();
  const texts = await Promise.all(names.map((file) => readFile(join(folder, file), 'utf8')));
  return [`${name} ${version} (${license ?? 'see below'})`, RULE, ...texts.map((text) => text.trim()), ''].join('\n');
}
