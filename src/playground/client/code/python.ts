import { editTexts, pictureField } from '../service/edit-request.js';
import { type CodeSource, fetchedPictures, maskNames, pictureNames, resultExtension } from './code-source.js';
import { pythonText } from './quote.js';

/** A Python program, with the package requests, that writes the results as edited-1.png and so on, or tells the error. */
export function pythonProgram(source: CodeSource): string {
  const { address, request, needsKey } = source;
  const key = needsKey ? ', headers=headers' : '';
  const files = [
    ...pictureNames(source).map((name) => [pictureField(request), name] as const),
    ...maskNames(source).map((name) => ['mask', name] as const),
  ].map(([field, name]) => `        (${pythonText(field)}, open(${pythonText(name)}, "rb")),`);
  const texts = editTexts(request).map(([name, text]) => `        ${pythonText(name)}: ${pythonText(text)},`);
  return [
    'import base64',
    ...(needsKey ? ['import os'] : []),
    '',
    'import requests',
    '',
    ...(needsKey ? ['headers = {"Authorization": ("Bearer " + os.environ["API_KEY"]).encode()}'] : []),
    ...fetchedPictures(source).flatMap(({ name, address }) => [
      `fetched = requests.get(${pythonText(address)}${key})`,
      'fetched.raise_for_status()',
      `with open(${pythonText(name)}, "wb") as file:`,
      '    file.write(fetched.content)',
    ]),
    'answer = requests.post(',
    `    ${pythonText(address)},`,
    ...(needsKey ? ['    headers=headers,'] : []),
    '    files=[',
    ...files,
    '    ],',
    '    data={',
    ...texts,
    '    },',
    ')',
    'if not answer.ok:',
    '    raise SystemExit(answer.json()["error"]["message"])',
    'for number, picture in enumerate(answer.json()["data"], 1):',
    `    with open(f"edited-{number}.${resultExtension(source)}", "wb") as file:`,
    '        file.write(base64.b64decode(picture["b64_json"]))',
  ].join('\n');
}
