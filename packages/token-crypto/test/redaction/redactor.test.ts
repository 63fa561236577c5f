import { createKeyring, createRedactor, generateSecret, Secret } from '@keyturn/token-crypto'
import fc from 'fast-check'
import { test } from 'tap'
import { CREATED_AT, keyring, live, namedSecret, secretText, version } from '../fixtures/keyrings.ts'
import { holds } from '../fixtures/properties.ts'

const text = secretText('hidden')
const secret = Secret.fromText(text)
const redactor = createRedactor({ secrets: [secret] })

test('every spelling of a secret is replaced', (t) => {
  const bytes = Buffer.from(text)
  const spellings = [
    text,
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    bytes.toString('base64'),
    bytes.toString('base64url'),
    Buffer.from(text, 'base64url').toString('hex'),
    Buffer.from(text, 'base64url').toString('base64'),
  ]
  for (const spelling of spellings) {
    const redacted = redactor.redactText(`before ${spelling} after`)
    t.match(redacted, /^before \[redacted\][A-Za-z0-9_=-]{0,4} after$/, spelling)
  }
  t.end()
})

test('a secret within longer base64 is replaced, wherever it begins', (t) => {
  for (const before of ['', 'a', 'ab', 'user:']) {
    for (const encoding of ['base64', 'base64url'] as const) {
      const longer = Buffer.from(`${before}${text}!`).toString(encoding)
      t.match(redactor.redactText(longer), '[redacted]', `${before} ${encoding}`)
    }
  }
  t.end()
})

test('a secret that JSON or a URL escapes is replaced', (t) => {
  const odd = 'a "quoted" \\ secret / with+signs & ümläuts'
  const other = createRedactor({ secrets: [Secret.fromText(odd)] })
  t.equal(other.redactText(odd), '[redacted]')
  t.equal(other.redactLine(JSON.stringify({ odd })), '{"odd":"[redacted]"}')
  t.equal(other.redactText(`?q=${encodeURIComponent(odd)}&`), '?q=[redacted]&')
  t.end()
})

test('bytes that are no text are found by their hex and base64', (t) => {
  const bytes = Buffer.from(Array.from({ length: 32 }, (_, i) => 255 - 7 * i))
  const other = createRedactor({ secrets: [Secret.fromBytes(bytes)] })
  t.equal(other.redactText(bytes.toString('hex')), '[redacted]')
  t.match(other.redactText(bytes.toString('base64')), /^\[redacted\].?=$/)
  t.end()
})

test('several in one text are replaced, the longest first', (t) => {
  const longer = `${text}-and-more`
  const both = createRedactor({ secrets: [secret, Secret.fromText(longer)], censor: '***' })
  t.equal(both.redactText(`${text} ${longer} ${text}${text}`), '*** *** ******')
  t.end()
})

test('is what replacing each secret in turn gives', (t) => {
  const secrets = ['first secret of some length', 'second secret of some length', 'ffffffffffffffffff']
  const many = createRedactor({ secrets: secrets.map((each) => Secret.fromText(each)), censor: '*' })
  const piece = fc.oneof(fc.constantFrom(...secrets), fc.string({ unit: 'binary', maxLength: 30 }), fc.constantFrom('f', 'first s', 'length'))
  holds(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const whole = pieces.join('')
      const expected = new RegExp(secrets.join('|'), 'g')
      return many.redactText(whole) === whole.replace(expected, '*')
    }),
  )
  t.end()
})

test('text without a secret is the same string', (t) => {
  const line = JSON.stringify({ level: 30, msg: 'nothing to hide', headers: { host: 'x' } })
  t.equal(redactor.redactText(line), line)
  t.equal(redactor.redactLine(line), line)
  t.end()
})

test('a secret under 16 characters is not looked for', (t) => {
  const short = createRedactor({ secrets: [Secret.fromText('flowise')] })
  t.equal(short.redactText('welcome to flowise'), 'welcome to flowise')
  t.end()
})

test('every secret of a keyring is hidden, also one that comes or goes later', (t) => {
  const current = live('old')
  const legacySecrets = [{ secret: namedSecret('legacy'), acceptUntil: CREATED_AT }]
  const follows = createRedactor({ keyring: current })
  const line = (name: string): string => follows.redactText(secretText(name))
  t.equal(line('old'), '[redacted]')
  t.equal(line('new'), secretText('new'))
  current.replace(createKeyring({ versions: [version('new')], encryptionVersions: [version('sessions')], legacySecrets }))
  for (const name of ['old', 'new', 'sessions', 'legacy']) t.equal(line(name), '[redacted]', name)
  current.replace(keyring('old'))
  t.equal(line('new'), '[redacted]')
  t.end()
})

test('secrets can be added', (t) => {
  const grows = createRedactor()
  const more = generateSecret()
  const plain = more.expose().toString()
  t.equal(grows.redactText(plain), plain)
  grows.add(more)
  grows.add(more)
  t.equal(grows.redactText(plain), '[redacted]')
  t.end()
})

test('options that would not be safe are refused', (t) => {
  t.throws(() => createRedactor({ secrets: ['raw' as unknown as Secret] }), TypeError)
  t.throws(() => redactor.add('raw' as unknown as Secret), TypeError)
  for (const censor of ['', '"', '\\', 'a\nb', 'ü']) t.throws(() => createRedactor({ censor }), TypeError)
  t.throws(() => createRedactor({ keys: [''] }), TypeError)
  t.throws(() => createRedactor({ keys: [7 as unknown as string] }), TypeError)
  t.end()
})
