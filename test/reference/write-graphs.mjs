// @ts-check
/**
 * Writes a checkpoint's graphs as .onnx files beside a link to its weights, for check_graphs.py.
 *
 *     node test/reference/write-graphs.mjs CHECKPOINT FOLDER float32|bfloat16
 */
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { register } from 'tsx/esm/api';

register();
const { openEditCheckpoint } = await import('../../src/engine/open-edit-checkpoint.js');
const { buildGraphs } = await import('../../src/graph/checkpoint-graphs.js');

const [source = '', folder = '', type] = process.argv.slice(2);
const checkpoint = await openEditCheckpoint(source);
const { models } = buildGraphs(checkpoint, type === 'bfloat16' ? 'bfloat16' : 'float32');
await mkdir(folder, { recursive: true });
for (const entry of await readdir(checkpoint.root)) await symlink(join(checkpoint.root, entry), join(folder, entry));
for (const [name, bytes] of Object.entries(models)) await writeFile(join(folder, `${name}.onnx`), bytes);
