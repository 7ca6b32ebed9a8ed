import type { RequestListener, ServerResponse } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import { get, HOST, openSites, OTHER_HOST, rules } from '../../../support/site.js';

const site = openSites();

/** Answers each path with a redirect to where it says. */
const redirects =
  (targets: Readonly<Record<string, string>>, status = 302): RequestListener =>
  ({ url = '' }, response: ServerResponse) => {
    const location = targets[url];
    if (location === undefined) response.end('found');
    else response.writeHead(status, { location }).end('moved');
  };

describe('redirects of a picture’s URL', () => {
  test.each([301, 302, 303, 307, 308])('%d is followed, each time by the same rules', async (status) => {
    const there = await site((request, response) =>
      redirects({ '/1': '/2', '/2': '3', '/3': `//${OTHER_HOST}:${there.port}/4` }, status)(request, response),
    );
    const by = rules(there, { [HOST]: ['127.0.0.1'], [OTHER_HOST]: ['127.0.0.1'] });
    expect(await get(`http://${HOST}:${there.port}/1`, by)).toBe('found');
    expect(there.asked.map(({ host, path }) => `${host ?? ''}${path ?? ''}`)).toEqual([
      ...[1, 2, 3].map((number) => `${HOST}:${there.port}/${number}`),
      `${OTHER_HOST}:${there.port}/4`,
    ]);
    expect(by.resolved).toEqual([HOST, HOST, HOST, OTHER_HOST]);
  });

  test('a fourth redirect is not', async () => {
    const there = await site(redirects({ '/1': '/2', '/2': '/3', '/3': '/4', '/4': '/5' }));
    await expect(get(`http://${HOST}:${there.port}/1`, rules(there))).rejects.toThrow(
      'is redirected more than 3 times',
    );
    expect(there.asked).toHaveLength(4);
    const circle = await site(redirects({ '/': '/' }));
    await expect(get(`http://${HOST}:${circle.port}/`, rules(circle))).rejects.toThrow('more than 3 times');
  });

  test.each([
    ['another host', 'http://evil.example/', 'is none of the hosts'],
    ['an address', 'http://127.0.0.1:PORT/', 'must name its host, not an address'],
    ['metadata', 'http://169.254.169.254/latest/meta-data/', 'must name its host, not an address'],
    ['a decimal address', 'http://2130706433:PORT/', 'must name its host, not an address'],
    ['another port', `http://${HOST}:22/`, 'port 22 is neither 80 nor 443'],
    ['credentials', `http://a:b@${HOST}:PORT/`, 'must not hold a user name or password'],
    ['a file', 'file:///etc/passwd', 'is not an http or https URL'],
    ['data', 'data:image/png;base64,AAAA', 'is not an http or https URL'],
    ['nonsense', 'http://[', 'is not a valid URL'],
  ])('a redirect to %s is not followed', async (_name, location, message) => {
    const there = await site((request, response) =>
      redirects({ '/': location.replace('PORT', String(there.port)) })(request, response),
    );
    const fetched = get(`http://${HOST}:${there.port}/`, rules(there));
    await expect(fetched).rejects.toThrow(/^is redirected, and its new URL /);
    await expect(fetched).rejects.toThrow(message);
    expect(there.asked).toHaveLength(1);
  });

  test('a redirect to a name that stands for an address within is not followed', async () => {
    const there = await site((request, response) =>
      redirects({ '/': `http://${OTHER_HOST}:${there.port}/` })(request, response),
    );
    const by = rules(there, { [HOST]: ['127.0.0.1'], [OTHER_HOST]: ['127.0.0.2', '10.0.0.1'] });
    await expect(get(`http://${HOST}:${there.port}/`, by)).rejects.toThrow('its host has no public address');
    expect(there.asked).toHaveLength(1);
  });
});
