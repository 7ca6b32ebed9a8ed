import { editTexts, pictureField } from '../service/edit-request.js';
import { type CodeSource, fetchedPictures, maskNames, pictureNames, resultExtension } from './code-source.js';
import { scriptText } from './quote.js';

/** A module for Node 20 or newer (edit.mjs) that writes the results as edited-1.png and so on, or tells the error. */
export function javascriptProgram(source: CodeSource): string {
  const { address, request, needsKey } = source;
  const files = [
    ...pictureNames(source).map((name) => [pictureField(request), name] as const),
    ...maskNames(source).map((name) => ['mask', name] as const),
  ].map(([field, name]) => `  [${scriptText(field)}, ${scriptText(name)}],`);
  const texts = editTexts(request).map(([name, text]) => `  [${scriptText(name)}, ${scriptText(text)}],`);
  const key = needsKey ? ', { headers }' : '';
  return [
    'import { openAsBlob } from "node:fs";',
    'import { writeFile } from "node:fs/promises";',
    '',
    // Header values are bytes.
    ...(needsKey
      ? [
          'const key = Buffer.from(`Bearer ${process.env.API_KEY}`).toString("latin1");',
          'const headers = { Authorization: key };',
        ]
      : []),
    ...fetchedPictures(source).flatMap((picture) => [
      `const fetched = await fetch(${scriptText(picture.address)}${key});`,
      'if (!fetched.ok) throw new Error(`HTTP ${fetched.status}`);',
      `await writeFile(${scriptText(picture.name)}, Buffer.from(await fetched.arrayBuffer()));`,
    ]),
    'const body = new FormData();',
    'for (const [field, name] of [',
    ...files,
    ']) body.append(field, await openAsBlob(name), name);',
    'for (const [field, text] of [',
    ...texts,
    ']) body.append(field, text);',
    `const answer = await fetch(${scriptText(address)}, { method: "POST",${needsKey ? ' headers,' : ''} body });`,
    'const { data, error } = await answer.json();',
    'if (!answer.ok) throw new Error(error.message);',
    'for (const [index, picture] of data.entries()) {',
    `  await writeFile(\`edited-\${index + 1}.${resultExtension(source)}\`, Buffer.from(picture.b64_json, "base64"));`,
    '}',
  ].join('\n');
}
