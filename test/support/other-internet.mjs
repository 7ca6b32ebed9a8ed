// @ts-check
/**
 * For a service that is started with `node --import` of this file: the names in OTHER_INTERNET (JSON: name → public address and the
 * port of a server on loopback) are resolved to those addresses, and what is connected to such an address, which isn't reached
 * here, reaches that server. What the service itself thinks of names, addresses and ports is all its own.
 */
import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';

/** @type {Record<string, { address: string, port: number }>} */
const HOSTS = JSON.parse(process.env['OTHER_INTERNET'] ?? '{}');

const { lookup } = dns.promises;
Object.assign(dns.promises, {
  /** @param {string} host @param {import('node:dns').LookupAllOptions} options */
  lookup: (host, options) => {
    const known = HOSTS[host];
    return known === undefined ? lookup(host, options) : Promise.resolve([{ address: known.address, family: 4 }]);
  },
});
syncBuiltinESMExports();

const { connect } = net.Socket.prototype;
/** @param {any[]} given as net.connect hands it on: an array of options and listener */
net.Socket.prototype.connect = function (...given) {
  const [options] = Array.isArray(given[0]) ? given[0] : given;
  const known = HOSTS[options?.host];
  if (known !== undefined) {
    const own = options.lookup;
    options.port = known.port;
    /** @type {net.LookupFunction} */
    options.lookup = (host, wanted, done) =>
      own(
        host,
        { ...wanted, all: true },
        (/** @type {Error | null} */ error, /** @type {dns.LookupAddress[]} */ all) => {
          if (error !== null) return done(error, '');
          if (all.some(({ address }) => address !== known.address))
            return done(new Error(`Nothing is at ${all[0]?.address}`), '');
          return wanted.all === true ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4);
        },
      );
  }
  return connect.apply(this, /** @type {any} */ (given));
};
