// @ts-check
/**
 * A process that checks the types of src/ whenever it is sent a message, tells what is wrong on standard error, and sends back
 * whether all is right. It keeps what it knows from one time to the next.
 */
import { join } from 'node:path';
import ts from 'typescript';
import { ROOT } from './program-files.mjs';

const PROJECTS = ['tsconfig.json', join('src', 'playground', 'client', 'tsconfig.json')];
const SOURCES = join(ROOT, 'src');
/** @type {Map<string, import('typescript').SemanticDiagnosticsBuilderProgram>} */
const known = new Map();
/** Files of libraries, which stay as they are, by project and name. @type {Map<string, import('typescript').SourceFile | undefined>} */
const libraries = new Map();

/** @param {string} project @returns {readonly import('typescript').Diagnostic[]} */
function check(project) {
  const { config, error } = ts.readConfigFile(join(ROOT, project), ts.sys.readFile);
  if (error !== undefined) return [error];
  const parsed = ts.parseJsonConfigFileContent(config, ts.sys, join(ROOT, project, '..'));
  const files = parsed.fileNames.filter((name) => name.startsWith(SOURCES));
  const host = ts.createIncrementalCompilerHost(parsed.options);
  const read = host.getSourceFile;
  host.getSourceFile = (name, ...how) => {
    if (!name.includes('/node_modules/')) return read(name, ...how);
    const key = `${project}:${name}`;
    if (!libraries.has(key)) libraries.set(key, read(name, ...how));
    return libraries.get(key);
  };
  const program = ts.createSemanticDiagnosticsBuilderProgram(files, parsed.options, host, known.get(project));
  known.set(project, program);
  return [...program.getSyntacticDiagnostics(), ...program.getGlobalDiagnostics(), ...program.getSemanticDiagnostics()];
}

process.on('message', () => {
  const faults = PROJECTS.flatMap(check);
  const format = {
    getCurrentDirectory: () => ROOT,
    getCanonicalFileName: (/** @type {string} */ name) => name,
    getNewLine: () => '\n',
  };
  if (faults.length > 0) process.stderr.write(ts.formatDiagnosticsWithColorAndContext(faults, format));
  // The process that asked may have gone.
  process.send?.(faults.length === 0, undefined, undefined, () => undefined);
});
// Ctrl-C reaches the whole group; this process ends with the one that started it.
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit());
