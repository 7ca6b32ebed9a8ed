// @ts-check
// Builds the program: src/ becomes dist/. Types are checked by `npm run typecheck`.
import { buildProgram, endWithBuildErrors } from './support/program-build.mjs';

await buildProgram().catch(endWithBuildErrors);
