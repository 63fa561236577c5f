import type { Purpose } from '@keyturn/token-crypto'
import { test } from 'tap'
import { knownKeyring } from '../fixtures/keyrings.ts'

test('each purpose has its own key, HKDF-SHA256 under keyturn/v1/<purpose>', (t) => {
  // Computed with Python's hmac module.
  const expected: Record<Purpose, string> = {
    cookie: '01ef075559e03fd85fbb2b87d13ef742cfc29a468378b6040ae3ce3bed636456',
    session: '65dc4e438a7022eed2995d60b5fcc783b81159e48e4c756b651067f4a8157074',
    token: 'f9bd3ba202ddabd57370594cc3118cc7f07c2e991c48eabdc5620464235d7a34',
    jwt: '391b9154f06cf4e4fb8fbbe8cc0b977d0587858b00ca03ba3a062f934f0206fe',
    owner: '24db72a4df096be8bb02fd6a6da60bcff13a76ae54da2087f8b70f40d6d4cb9c',
    index: '35c4a580c0dfc5a9b9635b35b29fc81a935f4329244f8c2099404ae97ea0ca8f',
  }
  const keyring = knownKeyring()
  for (const [purpose, hex] of Object.entries(expected) as [Purpose, string][]) {
    t.equal(keyring.primary(purpose).key.export().toString('hex'), hex, purpose)
  }
  t.end()
})
