import { createFernet, deriveFernetKey, type FernetDerivation, INSTAGRAM_OAUTH_DERIVATION, Secret } from '@keyturn/token-crypto'
import { test } from 'tap'
import { handMadeFernet } from '../fixtures/fernet.ts'
import { KNOWN_SECRET_TEXT, secretText } from '../fixtures/keyrings.ts'

const cheap: FernetDerivation = { salt: 'test', iterations: 1 }
const textOf = async (secret: Secret, derivation: FernetDerivation): Promise<string> =>
  (await deriveFernetKey(secret, derivation)).expose().toString()

test('gives the keys that a Python application derived', async (t) => {
  const known: [string, string][] = [
    [KNOWN_SECRET_TEXT, 'eot6siRcJWbHWKUtUojoEZHW01bmHuCG7aWoE9lmCTw='],
    ['pässwörd', 'clHo32kvxI0fwUQFSxwppjgc4V40abKJabj74gm2pLg='],
  ]
  for (const [text, key] of known) t.equal(await textOf(Secret.fromText(text), INSTAGRAM_OAUTH_DERIVATION), key)
})

test('opens the token that a Python application wrote', async (t) => {
  const token = 'gAAAAABlU_EAAAIEBggKDA4QEhQWGBocHp1nOXsHJ3ThhuselLkGvhqULSvyebaKcF5vWjyOhXLFbTjYKHo-U5rIBwVgbKW96g=='
  const key = await deriveFernetKey(Secret.fromText(KNOWN_SECRET_TEXT), INSTAGRAM_OAUTH_DERIVATION)
  const fernet = createFernet(key)
  t.equal(fernet.decrypt(token).toString(), 'IGQVJX-hello')
  t.equal(fernet.extractTimestamp(token), 1_700_000_000_000)
  const iv = Buffer.from(Array.from({ length: 16 }, (_, i) => 2 * i))
  t.equal(handMadeFernet(key, { plain: 'IGQVJX-hello', iv, time: 1_700_000_000 }), token)
})

test('derives once for one secret, whoever asks and however often', async (t) => {
  const text = secretText('derive once')
  const asked = await Promise.all([1, 2, 3].map(() => deriveFernetKey(Secret.fromText(text), cheap)))
  const later = await deriveFernetKey(Secret.fromText(text), { salt: Buffer.from('test'), iterations: 1 })
  for (const key of [...asked, later]) t.equal(key, asked[0])
})

test('another secret, salt or number of rounds is another key', async (t) => {
  const secret = Secret.fromText(secretText('a'))
  const keys = await Promise.all([
    textOf(secret, cheap),
    textOf(secret, { ...cheap, salt: 'other' }),
    textOf(secret, { ...cheap, iterations: 2 }),
    textOf(Secret.fromText(secretText('b')), cheap),
  ])
  t.equal(new Set(keys).size, 4)
})

test('does not hold up the event loop', async (t) => {
  let turns = 0
  const timer = setInterval(() => turns++, 1)
  await deriveFernetKey(Secret.fromText(secretText('slow')), { salt: 's', iterations: 2_000_000 })
  clearInterval(timer)
  t.ok(turns > 5, `${turns} turns`)
})

test('remembers a bounded number of keys', async (t) => {
  const first = Secret.fromText(secretText('bounded'))
  const before = await deriveFernetKey(first, cheap)
  for (let i = 0; i < 300; i++) await deriveFernetKey(Secret.fromText(secretText(`bounded ${i}`)), cheap)
  const after = await deriveFernetKey(first, cheap)
  t.not(after, before, 'derived again')
  t.ok(after.equals(before))
})

test('arguments out of range are refused', async (t) => {
  const secret = Secret.fromText('x')
  for (const iterations of [0, -1, 1.5, Number.NaN, 2 ** 31]) {
    await t.rejects(deriveFernetKey(secret, { salt: 's', iterations }), TypeError)
  }
  await t.rejects(deriveFernetKey(secret, { salt: 7 as unknown as string, iterations: 1 }), TypeError)
  await t.rejects(deriveFernetKey('raw' as unknown as Secret, cheap), TypeError)
})
