import t from 'tap'
import { isSameNetwork } from '../../src/client/client-facts.ts'

t.test('addresses of one network are the same place', async (t) => {
  for (const [one, other] of [
    ['192.0.2.1', '192.0.2.254'],
    ['::ffff:192.0.2.1', '192.0.2.77'],
    ['2001:db8:1:1::1', '2001:db8:1:ffff::2'],
    ['fe80::1%eth0', 'fe80::2%eth0'],
  ] as const) t.ok(isSameNetwork(one, other), `${one} and ${other}`)
})

t.test('addresses of different networks, families or no address at all are not', async (t) => {
  for (const [one, other] of [
    ['192.0.2.1', '192.0.3.1'],
    ['192.0.2.1', '2001:db8::1'],
    ['2001:db8:1::1', '2001:db8:2::1'],
    ['192.0.2.1', 'unknown'],
    ['', '192.0.2.1'],
  ] as const) t.notOk(isSameNetwork(one, other), `${one} and ${other}`)
})
