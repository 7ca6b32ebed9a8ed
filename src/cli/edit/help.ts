import { type FieldDocs, FIELD_OPTIONS, fieldDocs } from './field-options.js';

/** Columns before an option's description. */
const INDENT = 30;
const WIDTH = 100;

const HEAD = `Edits pictures by an instruction, with an engine of its own or a running service.

Usage: qwen-image-edit edit [options] PICTURE... PROMPT
       npm run edit -- [options] PICTURE... PROMPT    (in a clone of the project)

  PICTURE   a file, a folder (the pictures directly in it), or - for standard input
  PROMPT    what to change: the last argument, unless --prompt gives it

  qwen-image-edit edit photo.jpg "make it black and white" -o out.png
  qwen-image-edit edit photos/ "add a sepia tone" -o edited/
  qwen-image-edit edit photo.jpg "tint it blue" --n 3 -o 'blue-{variant}.webp'
  qwen-image-edit edit photo.jpg "blur it" --mask background.png
  qwen-image-edit edit - "make it warmer" < photo.jpg > out.png
  qwen-image-edit edit photo.jpg "a portrait" --lora style:0.8 --lora lightning
  qwen-image-edit edit man.jpg hat.jpg "put the hat of picture 2 on the man in picture 1" --together

Options of the edit are the HTTP API's fields; in every option's name _ and - are the same.`;

const OWN: readonly (readonly [option: string, description: string])[] = [
  [
    '-t, --together',
    'All pictures are references of one edit, which the prompt can name (picture 1, picture 2), for checkpoints that take several. Default: each picture is an edit of its own',
  ],
  [
    '-m, --mask FILE',
    "A PNG as large as the picture: only where it is transparent the edit changes the picture, everywhere else it stays as it is, pixel for pixel. It is for each of several pictures, or for the first with --together. --size auto is the picture's own size then",
  ],
  [
    '-o, --output WHERE',
    'A file, whose ending sets output_format; a folder (a / at the end makes it); a pattern with {name}, {index}, {variant}, {seed}, {ext}; or - for standard output. Default: beside the input as NAME-edited.png; for standard input, standard output',
  ],
  ['-f, --force', 'Overwrite results that are there already; an input is never overwritten'],
  ['--server URL', 'Have the service at this address make the edits, instead of an engine of its own'],
  [
    '--api_key KEY',
    "The service's key. Default: the environment variable API_KEY, which other users of the machine can't see",
  ],
  ['--json', 'Write what was made, and what failed, to standard output as one JSON object'],
  ['-q, --quiet', 'Say nothing but what went wrong'],
  ['-v, --verbose', "Show the engine's log"],
  ['-h, --help', 'This text'],
  ['-V, --version', 'The version'],
];

const TAIL = `Environment (.env is read): QWEN_MODEL_DIR, the checkpoint (default: the bundled miniature);
LORA_DIR, the folder of its LoRAs; DEVICE_MAP, PRECISION and the MAX_... limits as for the service; API_KEY for --server.

Exit codes: 0 all done; 1 something failed; 2 wrong usage; 130 ended with Ctrl-C, 143 with SIGTERM.
What was finished before stays, and nothing half-written is left.`;

/** What the API's words don't fit. */
const OWN_WORDS: Readonly<Record<string, string>> = {
  n: 'Results of each edit, from the seeds seed, seed + 1, …',
  seed: 'The same seed, picture and checkpoint give the same result. Default: a random one for all pictures',
  output_format: "File format of the results. Default: by -o's ending, else png",
  lora: 'A LoRA, and how strongly it acts if not as its own default says (from -4 to 4); up to 4 of these options. Names: those of the files in LORA_DIR, or of the server',
  model: 'Refuse to work with another model than this one, by its id; or the name of a LoRA',
};

const OWN_PLACEHOLDERS: Readonly<Record<string, string>> = { lora: 'NAME[:SCALE]' };

/** What --help prints: every option with its values and default. */
export function helpText(): string {
  const fields = FIELD_OPTIONS.map((name) => [`--${name} ${placeholder(name)}`, describe(name)] as const);
  return [HEAD, '', 'Edit:', ...fields.map(optionLines), '', 'Command:', ...OWN.map(optionLines), '', TAIL, ''].join(
    '\n',
  );
}

function describe(name: string): string {
  const docs = fieldDocs(name);
  const words = OWN_WORDS[name] ?? docs.description ?? '';
  const sentence = words.replaceAll('`', '').replace(/[.…]?$/, (end) => (end === '…' ? end : '.'));
  const isDefaultSaid = docs.default === undefined || words.includes('Default: ');
  return `${sentence}${range(docs)}${isDefaultSaid ? '' : ` Default: ${docs.default}.`}`;
}

function range({ minimum, maximum }: FieldDocs): string {
  if (minimum === undefined) return '';
  return maximum === undefined ? ` At least ${minimum}.` : ` From ${minimum} to ${maximum}.`;
}

function placeholder(name: string): string {
  const { type, enum: choices } = fieldDocs(name);
  if (choices !== undefined) return choices.join('|');
  return OWN_PLACEHOLDERS[name] ?? (type === 'integer' || type === 'number' ? 'N' : 'TEXT');
}

function optionLines([option, description]: readonly [string, string]): string {
  const head = `  ${option}`;
  const lines = wrap(description, WIDTH - INDENT);
  const isShort = head.length < INDENT - 1;
  const first = isShort ? `${head.padEnd(INDENT)}${lines.shift() ?? ''}` : head;
  return [first, ...lines.map((line) => ' '.repeat(INDENT) + line)].join('\n');
}

function wrap(text: string, width: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}
