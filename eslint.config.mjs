import js from '@eslint/js';
import boundaries from 'eslint-plugin-boundaries';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';
import { LAYERS } from './layers.mjs';

// A folder inside another layer's counts as its own layer.
const layers = LAYERS.flat().sort((one, other) => other.length - one.length);

/** How the file of a class that Nest makes ends: its kind. */
const KINDS = ['service', 'guard', 'strategy', 'filter', 'interceptor', 'pipe', 'health'];
const INJECTABLES = {
  selector: "Decorator[expression.callee.name='Injectable']",
  message: `The file of an injectable ends in its kind: ${KINDS.map((kind) => `.${kind}.ts`).join(', ')}`,
};
const ERROR_NAMES = {
  selector: 'ClassDeclaration[superClass.name=/Error$/]:not([id.name=/Error$/])',
  message: "An error's class ends in Error",
};

export default tseslint.config(
  { ignores: ['dist', 'node_modules', 'models', 'test/fixtures', '**/.venv', 'coverage'] },
  // AssemblyScript: its types and decorators are not TypeScript's.
  { ignores: ['src/engine/quantized/kernels'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      // Nest's option types are classes, which object literals fill.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      eqeqeq: 'error',
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/engine/sessions/onnx-session.ts'],
    rules: {
      // One file knows the runtime; types count too.
      '@typescript-eslint/no-restricted-imports': ['error', 'onnxruntime-node'],
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'no-restricted-syntax': ['error', ERROR_NAMES],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: KINDS.map((kind) => `src/**/*.${kind}.ts`),
    rules: {
      'no-restricted-syntax': ['error', ERROR_NAMES, INJECTABLES],
    },
  },
  {
    files: ['src/playground/client/**/*.ts'],
    rules: {
      // It runs in a browser: what it imports from the service are types, which bring Node's names with them.
      '@typescript-eslint/no-restricted-imports': [
        'error',
        { patterns: [{ regex: '^(\\.\\./)+(auth|edits|http|model-list|health)/', allowTypeImports: true }] },
      ],
      'no-restricted-globals': ['error', 'process', 'Buffer', 'global', 'require', 'setImmediate', '__dirname'],
    },
  },
  {
    files: ['**/*.mjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        Buffer: 'readonly',
        fetch: 'readonly',
        AbortController: 'readonly',
        AbortSignal: 'readonly',
        performance: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        FormData: 'readonly',
        Blob: 'readonly',
      },
    },
  },
  {
    files: ['src/**/*.ts', 'test/**/*.{ts,mjs}', 'scripts/**/*.mjs', 'benchmarks/**/*.mjs'],
    plugins: { boundaries },
    settings: {
      'import/resolver': { typescript: { project: 'tsconfig.json' } },
      'boundaries/elements': layers.map((type) => ({ type, pattern: type, partialMatch: false })),
    },
    rules: {
      // A folder that stands in no row would be held against nothing.
      'boundaries/no-unknown-files': 'error',
      'boundaries/dependencies': [
        'error',
        {
          default: 'disallow',
          checkAllOrigins: false,
          message: '{{from.element.type}} must not import {{to.element.type}}: see layers.mjs',
          policies: LAYERS.map((row, index) => ({
            from: { element: { types: { anyOf: [...row] } } },
            allow: { to: { element: { types: { anyOf: LAYERS.slice(index + 1).flat() } } } },
          })).filter(({ allow }) => allow.to.element.types.anyOf.length > 0),
        },
      ],
    },
  },
  prettier,
);
