import { describe, expect, test } from '@jest/globals';
import { checkUrl, internetRules } from '../../../../src/edits/http/remote/fetch-rules.js';
import { HOST } from '../../../support/site.js';

describe('URLs that are refused before anything is asked', () => {
  const by = internetRules([HOST, '*.pictures.example', 'xn--bcher-kva.example']);

  test.each([
    `http://${HOST}/a.png`,
    `https://${HOST}/a.png?b=c`,
    `HTTPS://PICTURES.EXAMPLE/`,
    `http://${HOST}:80/`,
    `https://${HOST}:443/`,
    `http://${HOST}:443/`,
    `https://a.b.${HOST}/`,
    'https://bücher.example/',
  ])('%s is not', (url) => {
    expect(checkUrl(url, by).href).toContain('example');
  });

  test.each([
    ['http://', 'is not a valid URL'],
    ['http://a b/', 'is not a valid URL'],
    ['ftp://pictures.example/a.png', 'is not an http or https URL'],
    ['file:///etc/passwd', 'is not an http or https URL'],
    ['gopher://pictures.example/', 'is not an http or https URL'],
    [`http://user@${HOST}/`, 'must not hold a user name or password'],
    [`http://user:secret@${HOST}/`, 'must not hold a user name or password'],
    [`http://${HOST}:8080/`, 'is not fetched: port 8080 is neither 80 nor 443'],
    [`https://${HOST}:22/`, 'is not fetched: port 22 is neither 80 nor 443'],
    ['http://evil.example/', /^is not fetched: evil\.example is none of the hosts/],
    [`http://${HOST}.evil.example/`, /is none of the hosts/],
    [`http://evil-${HOST}/`, /is none of the hosts/],
    [`http://${HOST}./`, /is none of the hosts/],
    [`http://evil.example#@${HOST}/`, /^is not fetched: evil\.example is none of the hosts/],
    [`http://evil.example\\@${HOST}/`, /^is not fetched: evil\.example is none of the hosts/],
    ['http://localhost/', /is none of the hosts/],
    // One and the same address, in the forms that a URL may have it in.
    ...[
      '127.0.0.1',
      '2130706433',
      '0x7f000001',
      '0177.0.0.1',
      '127.1',
      '0',
      '[::1]',
      '[::ffff:127.0.0.1]',
      '[fd00:ec2::254]',
    ]
      .concat(['169.254.169.254', '８.８.８.８', '%31%32%37.0.0.1'])
      .map((host): [string, string] => [`http://${host}/`, 'must name its host, not an address']),
  ])('%s', (url, message) => {
    expect(() => checkUrl(url, by)).toThrow(message);
  });

  test('every one where no hosts are set', () => {
    expect(() => checkUrl(`http://${HOST}/`, internetRules([]))).toThrow(/IMAGE_URL_HOSTS is not set/);
  });

  test('the name itself is not below it', () => {
    expect(() => checkUrl('http://pictures.example/', internetRules(['*.pictures.example']))).toThrow(
      /is none of the hosts/,
    );
  });
});
