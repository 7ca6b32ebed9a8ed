import { editTexts, pictureField } from '../service/edit-request.js';
import { type CodeSource, fetchedPictures, maskNames, pictureNames, resultExtension } from './code-source.js';
import { curlFileName, shellWord } from './quote.js';

/** A command for a POSIX shell with curl (7.76 or newer) that writes the results as edited-1.png and so on, or tells the error. */
export function curlCommand(source: CodeSource): string {
  const { address, request, needsKey } = source;
  const key = needsKey ? ['-H "Authorization: Bearer $API_KEY"'] : [];
  const fetched = fetchedPictures(source).map(
    (picture) =>
      `${['curl -sS --fail', ...key].join(' ')} -o ${shellWord(`./${picture.name}`)} ${shellWord(picture.address)} \\\n&& `,
  );
  const lines = [
    `curl -sS --fail-with-body -o answer.json ${shellWord(address)}`,
    ...key,
    ...pictureNames(source).map((name) => `-F ${shellWord(`${pictureField(request)}=@${curlFileName(name)}`)}`),
    ...maskNames(source).map((name) => `-F ${shellWord(`mask=@${curlFileName(name)}`)}`),
    // --form-string: a text that begins with @ or < is no file.
    ...editTexts(request).map(([name, text]) => `--form-string ${shellWord(`${name}=${text}`)}`),
  ];
  return `${fetched.join('')}${lines.join(' \\\n  ')} \\
&& grep -o '"b64_json":"[^"]*"' answer.json | cut -d '"' -f 4 | while read -r picture; do
  i=$((i + 1)); printf %s "$picture" | base64 -d > "edited-$i.${resultExtension(source)}"
done || cat answer.json`;
}
