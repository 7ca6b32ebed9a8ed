import { describe, expect, test } from '@jest/globals';
import { isPublicAddress } from '../../../../src/edits/http/remote/public-address.js';

describe('public addresses', () => {
  test.each([
    '8.8.8.8',
    '1.1.1.1',
    '93.184.215.14',
    '172.15.255.255',
    '172.32.0.1',
    '100.63.255.255',
    '100.128.0.1',
    '126.255.255.255',
    '169.253.0.1',
    '223.255.255.255',
    '2606:4700::1111',
    '2a00:1450:4001:80b::200e',
    '2001:4860:4860::8888',
  ])('%s is one', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  test.each([
    // This network, private, shared, loopback, link-local, protocol assignments, documentation, benchmarks, multicast, reserved.
    ...['0.0.0.0', '0.1.2.3', '10.0.0.1', '10.255.255.255', '172.16.0.1', '172.31.255.255', '192.168.0.1'],
    ...[
      '100.64.0.1',
      '100.100.100.200',
      '100.127.255.255',
      '127.0.0.1',
      '127.255.255.254',
      '169.254.169.254',
      '169.254.170.2',
    ],
    ...['192.0.0.1', '192.0.0.192', '192.0.2.1', '192.88.99.1', '198.18.0.1', '198.51.100.1', '203.0.113.1'],
    ...['224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255', '168.63.129.16'],
    // Unspecified, loopback, private, link-local (with its zone), site-local, multicast, discarded, documentation.
    ...['::', '::1', 'fc00::1', 'fd00:ec2::254', 'fe80::1', 'fe80::1%eth0', 'febf::1', 'fec0::1', 'ff02::1', '100::1'],
    ...['2001:db8::1', '3fff::1', '5f00::1', '4000::1', 'e000::1'],
    // Those that stand for IPv4 addresses: mapped, compatible, translated, NAT64, 6to4, Teredo.
    ...['::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:8.8.8.8', '::127.0.0.1', '::7f00:1', '::ffff:0:127.0.0.1'],
    ...[
      '64:ff9b::7f00:1',
      '64:ff9b::8.8.8.8',
      '64:ff9b:1::1',
      '2a00::5efe:7f00:1',
      '2a00::200:5efe:a00:1',
      '2002:7f00:1::1',
      '2002:808:808::1',
      '2001::1',
      '2001:0:7f00:1::',
    ],
    // What is no address.
    ...['', 'localhost', '127.0.0.1:80', '[::1]', '1.2.3.4.5'],
  ])('%s is none', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});
