import { randomBytes } from 'node:crypto'
import { assessSecret, generateSecret, Secret } from '@keyturn/token-crypto'
import { test } from 'tap'
import { KNOWN_SECRET_TEXT } from '../fixtures/keyrings.ts'

const rules = (text: string): string[] => assessSecret(Secret.fromText(text)).map(({ rule }) => rule)

test('known defaults are refused in any case, repeated, joined and padded', (t) => {
  const known = [
    'flowise',
    'Flowise',
    'FLOWISE',
    'popcorn',
    'keyboard cat',
    'Keyboard-Cat',
    'changeme',
    'secret',
    'AABBCCDDAABBCCDDAABBCCDDAABBCCDDAABBCCDD',
    'a very long phrase bigger than thirty two chars',
    'flowiseflowiseflowiseflowiseflowiseflowise',
    'flowise-popcorn-changeme-secret-flowise',
    'changeme!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!',
    'keyboard cat 000000000000000000000000000000',
    'secret1234secret1234secret1234secret1234',
    '________________flowise_________________',
    'SuperSecretSessionSecretForProduction2026',
  ]
  for (const text of known) t.ok(rules(text).includes('known-default'), text)
  t.end()
})

test('a long random secret that happens to hold a known word is good', (t) => {
  t.same(rules('q8Zr2LwXtest4VnKp7dGhYc1MsBuEoJ9aTfIsecret0Wx'), [])
  t.end()
})

test('random bytes that are no text may hold any word', (t) => {
  const bytes = Buffer.concat([Buffer.from('dev'), Buffer.from(Array.from({ length: 32 }, (_, i) => 0x80 + ((i * 37) % 128) - (i % 5)))])
  t.same(assessSecret(Secret.fromBytes(bytes)), [])
  t.end()
})

test('under 32 bytes is too short', (t) => {
  t.ok(rules('kP3xW9vR2mT7qL5nZ8cB4jH6fD1sG0').includes('too-short'))
  t.ok(rules('').includes('too-short'))
  t.ok(assessSecret(Secret.fromBytes(randomBytes(31))).some(({ rule }) => rule === 'too-short'))
  t.same(assessSecret(Secret.fromBytes(randomBytes(32))), [])
  t.end()
})

test('repeats are refused', (t) => {
  const repeats = [
    'a'.repeat(64),
    'x7Kp'.repeat(12),
    'kP3xW9vR2mT7qL5nZ8cB'.repeat(2),
    `${'kP3xW9vR2mT7qL5nZ8cB'.repeat(2)}kP3x`,
    'aaaaaaaabbbbbbbbccccccccddddddddeeeeeeeeffffffffgggggggghhhhhhhhiiiiiiii',
    '0'.repeat(64),
    Buffer.alloc(32, 7).toString('base64url'),
    '0102'.repeat(16),
  ]
  for (const text of repeats) t.ok(rules(text).includes('repeated'), text)
  t.end()
})

test('sequences are refused, as text and as what it decodes to', (t) => {
  const counted = Buffer.from(Array.from({ length: 32 }, (_, i) => i))
  const sequences = [
    'abcdefghijklmnopqrstuvwxyz0123456789',
    'ZYXWVUTSRQPONMLKJIHGFEDCBA9876543210',
    'qwertyuiopasdfghjklzxcvbnm1234567890',
    'poiuytrewqlkjhgfdsamnbvcxz0987654321',
    counted.toString('hex'),
    counted.toString('base64'),
    Buffer.from(counted.map((byte) => byte * 7)).toString('hex'),
    Buffer.from(counted).reverse().toString('base64url'),
  ]
  for (const text of sequences) t.ok(rules(text).includes('sequence'), text)
  t.end()
})

test('what decodes to fewer than 32 bytes is weighed by them', (t) => {
  const random = randomBytes(24)
  const cases: [string, RegExp][] = [
    [random.subarray(0, 16).toString('hex'), /reads as hex and decodes to 16 bytes/],
    [random.toString('base64'), /reads as base64 and decodes to 24 bytes/],
    [random.toString('base64url'), /reads as base64 and decodes to 24 bytes/],
    ['6f1f7e0c-52a8-4d3b-9b0e-8c1d2f3a4b5c', /reads as base64 and decodes to 27 bytes/],
  ]
  for (const [text, problem] of cases) {
    const found = assessSecret(Secret.fromText(text)).find(({ rule }) => rule === 'low-entropy')
    t.match(found?.problem, problem, text)
  }
  t.end()
})

test('words and few characters hold little randomness, however long', (t) => {
  t.same(rules('the quick brown fox jumps over the lazy dog'), ['low-entropy'])
  t.same(rules('THE QUICK BROWN FOX JUMPS OVER THE LAZY DOG'), ['low-entropy'])
  const few = assessSecret(Secret.fromText('Noon, Noon; Moon. Moon! Noon? Moons: no'))
  t.match(few, [{ rule: 'low-entropy', problem: /less than 128 bits/ }])
  t.end()
})

test('all problems come together, each with its remedy and nothing of the secret', (t) => {
  const text = 'flowiseflowise'
  const problems = assessSecret(Secret.fromText(text))
  t.same(problems.map(({ rule }) => rule), ['known-default', 'too-short', 'repeated'])
  for (const problem of problems) {
    t.match(problem.remedy, 'randomBytes(32)')
    t.notMatch(JSON.stringify(problem), /flowise/i)
  }
  t.end()
})

test('good secrets of other tools pass', (t) => {
  t.same(rules(KNOWN_SECRET_TEXT), [], "Python's secrets.token_urlsafe(32)")
  for (const bytes of [32, 33, 34]) t.same(rules(randomBytes(bytes).toString('base64')), [], `openssl rand -base64 ${bytes}`)
  t.same(rules(randomBytes(32).toString('hex').toUpperCase()), [], 'hex in capitals')
  t.same(rules('Tr0ub4dor&3 %mZ|9 Kw_)x Vp7~ Qe$f2 !uLh5 #sD'), [], 'a password manager')
  t.end()
})

test('a generated secret is never refused', (t) => {
  for (const encoding of ['base64url', 'hex'] as const) {
    for (let i = 0; i < 25_000; i++) {
      const problems = assessSecret(generateSecret({ encoding }))
      if (problems.length > 0) t.same(problems, [])
    }
    t.pass(encoding)
  }
  for (let i = 0; i < 25_000; i++) {
    const problems = assessSecret(Secret.fromBytes(randomBytes(32)))
    if (problems.length > 0) t.same(problems, [])
  }
  t.end()
})

test('a file handed in by mistake is assessed too, in linear time', (t) => {
  t.same(rules(`${'a'.repeat(1 << 20)}b`), ['repeated'])
  t.end()
})
