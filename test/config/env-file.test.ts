import { parseEnv } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { parseEnvFile } from '../../src/config/env-file.js';

const variablesOf = (text: string): Record<string, string> => {
  const { variables, faults } = parseEnvFile(text);
  expect(faults).toEqual([]);
  return Object.fromEntries(variables);
};
const faultLines = (text: string): number[] => parseEnvFile(text).faults.map(({ line }) => line);

describe('a .env file', () => {
  test('a byte order mark at its start changes nothing', () => {
    expect(variablesOf('\uFEFFAPI_KEY=secret\nPORT=1\n')).toEqual({ API_KEY: 'secret', PORT: '1' });
    expect(variablesOf('\uFEFF# a comment\n')).toEqual({});
    expect(variablesOf('\uFEFF')).toEqual({});
  });

  const file = [
    '# a comment = none',
    '',
    'PLAIN=a b',
    '  SPACES =  x  ',
    'EMPTY=',
    'COMMENTED=x # y',
    'NONE= # y',
    'DOUBLE="x # y" # z',
    'SINGLE=\'x "y"\'',
    'BACK=`it\'s "so"`',
    'export EXPORTED=1',
    'ESCAPED="a\\nb"',
    "RAW='a\\nb'",
    'LONG="first',
    '# not a comment',
    '',
    'A: last"',
    'EQUALS=a=b==',
    "INSIDE=it's",
    'UNEXPANDED=$PLAIN ${PLAIN}',
    'TWICE=1',
    'TWICE=2',
  ];

  test.each([
    ['\n', '\n'],
    ['\r\n', ''],
  ])('is read as Node reads it (line ends %j, last %j)', (lineEnd, last) => {
    const text = file.join(lineEnd) + last;
    expect(variablesOf(text)).toEqual(parseEnv(text));
    expect(variablesOf(text)).toMatchObject({ LONG: 'first\n# not a comment\n\nA: last', TWICE: '2', EMPTY: '' });
  });

  test('settings that Node skips or misnames are read', () => {
    expect(variablesOf('export   A=1\n\tB=2\n C = "x"')).toEqual({ A: '1', B: '2', C: 'x' });
  });

  test.each([
    'API_KEY: secret',
    'API_KEY secret',
    'API_KEY',
    'API KEY=secret',
    '=secret',
    'export API_KEY',
    '// API_KEY=secret',
    '{ "API_KEY": "secret" }',
    'A="secret',
    "A='secret",
    'A="secret" more',
    'A\0P\0I\0=\0s\0',
  ])('%j is no setting', (line) => {
    expect(faultLines(`# first\nA=1\n${line}\nB=2\n`)).toEqual([3]);
    expect(faultLines(line)).toEqual([1]);
  });

  test('every fault is told, with the number of its line behind values of several lines', () => {
    expect(faultLines('A="1\n2\n3"\nb: 4\n\nC=5\nd: 6')).toEqual([4, 7]);
  });

  test.each(['API_KEY=#secret', 'API_KEY=sec#ret', 'export API_KEY=x#', 'API_KEY =x# y'])(
    '%j would lose what stands behind the #',
    (line) => {
      expect(faultLines(`A=1\n${line}\nB=2`)).toEqual([2]);
      const [, start = '', value = ''] = /^(.*=)(.*)$/.exec(line) ?? [];
      expect(faultLines(`A=1\n${start}"${value}"\nB=2`)).toEqual([]);
    },
  );

  test('line ends of CR alone are line ends', () => {
    expect(variablesOf('# c\rAPI_KEY=secret\rMAX_STEPS="7\r8"\r')).toEqual({ API_KEY: 'secret', MAX_STEPS: '7\n8' });
    expect(faultLines('# c\rAPI_KEY: secret\r')).toEqual([2]);
  });

  test('a quote that is not closed does not take the next setting with it', () => {
    expect(faultLines('API_KEY="secret\nHOST="0.0.0.0"\n')).toContain(1);
  });

  test('no fault holds what the line says', () => {
    const { faults } = parseEnvFile('API_KEY: secret\nA="secret\n');
    expect(faults.map(({ message }) => message)).toEqual([
      'expected NAME=value, a comment that begins with #, or a blank line',
      'a quoted value must end with the quote that it begins with, and only a comment may follow',
    ]);
  });
});
