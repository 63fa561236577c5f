import {
  createKeyring,
  createSecretVersion,
  inspectSealed,
  open,
  OpenError,
  type Place,
  type Purpose,
  seal,
  SEALED_OVERHEAD_BYTES,
  Secret,
  UnknownKeyError,
} from '@keyturn/token-crypto'
import fc from 'fast-check'
import { test } from 'tap'
import { keyring, KNOWN_SECRET_TEXT, knownKeyring, version } from '../fixtures/keyrings.ts'
import { holds } from '../fixtures/properties.ts'

const ring = keyring('a')
const place: Place = { kind: 'session', key: Buffer.alloc(32, 7) }
const anyPlace: fc.Arbitrary<Place> = fc.oneof(
  fc.record({ kind: fc.constant('session' as const), key: fc.uint8Array({ minLength: 1, maxLength: 32 }) }),
  fc.record({
    kind: fc.constant('column' as const),
    table: fc.string({ minLength: 1 }),
    column: fc.string({ minLength: 1 }),
    row: fc.oneof(fc.string({ minLength: 1 }), fc.maxSafeInteger(), fc.bigInt()),
  }),
  fc.record({
    kind: fc.constant('custom' as const),
    name: fc.string({ minLength: 1 }),
    parts: fc.array(fc.string(), { maxLength: 3 }),
  }),
)
const anyPurpose = fc.constantFrom<Purpose>('cookie', 'session', 'token', 'jwt', 'owner')
const anyPlain = fc.uint8Array({ maxLength: 200 })

function refuses(run: () => unknown): boolean {
  try {
    run()
    return false
  } catch (error) {
    return error instanceof OpenError || error instanceof UnknownKeyError
  }
}

test('what was sealed opens', (t) => {
  holds(
    fc.property(anyPlain, anyPurpose, anyPlace, (plain, purpose, where) => {
      const sealed = seal(ring, purpose, plain, where)
      return open(ring, purpose, sealed, where).equals(plain) && sealed.length === plain.length + SEALED_OVERHEAD_BYTES
    }),
  )
  t.end()
})

test('a flipped bit never opens, wherever it is', (t) => {
  holds(
    fc.property(anyPlain, fc.nat(), (plain, position) => {
      const sealed = seal(ring, 'token', plain, place)
      const bit = position % (sealed.length * 8)
      sealed[bit >> 3] = (sealed[bit >> 3] as number) ^ (1 << (bit & 7))
      return refuses(() => open(ring, 'token', sealed, place))
    }),
  )
  t.end()
})

test('a cut value never opens', (t) => {
  holds(
    fc.property(anyPlain, fc.nat(), (plain, length) => {
      const sealed = seal(ring, 'token', plain, place)
      return refuses(() => open(ring, 'token', sealed.subarray(0, length % sealed.length), place))
    }),
  )
  t.end()
})

test('an appended byte never opens', (t) => {
  holds(
    fc.property(anyPlain, fc.uint8Array({ minLength: 1, maxLength: 20 }), (plain, more) => {
      const sealed = Buffer.concat([seal(ring, 'token', plain, place), more])
      return refuses(() => open(ring, 'token', sealed, place))
    }),
  )
  t.end()
})

test('another place never opens', (t) => {
  holds(
    fc.property(anyPlain, anyPlace, anyPlace, (plain, sealedAt, openedAt) => {
      fc.pre(describe(sealedAt) !== describe(openedAt))
      const sealed = seal(ring, 'token', plain, sealedAt)
      return refuses(() => open(ring, 'token', sealed, openedAt))
    }),
  )
  t.end()
})

test('another purpose never opens', (t) => {
  holds(
    fc.property(anyPlain, anyPurpose, anyPurpose, (plain, sealedFor, openedFor) => {
      fc.pre(sealedFor !== openedFor)
      const sealed = seal(ring, sealedFor, plain, place)
      return refuses(() => open(ring, openedFor, sealed, place))
    }),
  )
  t.end()
})

test('random bytes never open', (t) => {
  holds(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => refuses(() => open(ring, 'token', bytes, place))))
  t.end()
})

test('no two sealings are alike', (t) => {
  const sealed = new Set(Array.from({ length: 1000 }, () => seal(ring, 'token', Buffer.from('x'), place).toString('hex')))
  t.equal(sealed.size, 1000)
  t.end()
})

test('values sealed by the first release open', (t) => {
  // Made with Python's cryptography from the written format.
  const known = knownKeyring()
  const session =
    '014b3e8659721affa2000102030405060708090a0b0c0d0e0f10111213141516179019ed2206969aaa8afe894d66760a7fe720f130b4'
  t.equal(open(known, 'session', Buffer.from(session, 'hex'), place).toString(), 'hello')
  const column =
    '014b3e8659721affa2000102030405060708090a0b0c0d0e0f101112131415161737cd073127f6d5b710dfe656ef8a3ee6f57daeea0843f2'
  const where: Place = { kind: 'column', table: 'accounts', column: 'token', row: 42 }
  t.equal(open(known, 'token', Buffer.from(column, 'hex'), where).toString(), 'grüße')
  t.end()
})

test('values of many messages open in any order, known and forgotten message keys alike', (t) => {
  const sealed = Array.from({ length: 3000 }, (_, i) => seal(ring, 'token', Buffer.from(String(i)), place))
  const elsewhere = keyring('a')
  for (let i = 0; i < 3000; i++) {
    const at = (i * 1117) % 3000
    for (const reader of [ring, elsewhere]) {
      if (open(reader, 'token', sealed[at] as Buffer, place).toString() !== String(at)) t.fail(`value ${at}`)
    }
  }
  t.pass()
  t.end()
})

test('the primary seals, every accepted key opens', (t) => {
  const old = seal(keyring('old'), 'session', Buffer.from('kept'), place)
  const rotated = keyring('new', version('old', 'retiring'))
  t.equal(open(rotated, 'session', old, place).toString(), 'kept')
  t.equal(inspectSealed(seal(rotated, 'session', Buffer.from('x'), place))?.keyId, version('new').id)
  t.end()
})

test('a key that is not held has an error of its own', (t) => {
  const sealed = seal(keyring('gone'), 'session', Buffer.from('x'), place)
  const error = t.throws(() => open(ring, 'session', sealed, place)) as UnknownKeyError
  t.match(error, { name: 'UnknownKeyError', code: 'KEYTURN_UNKNOWN_KEY', keyId: version('gone').id })
  t.end()
})

test('wrong key, tampering, truncation and wrong place have one error and one message', (t) => {
  const sealed = seal(ring, 'session', Buffer.from('x'), place)
  const impostor = createKeyring({ versions: [{ ...version('b'), id: version('a').id }] })
  const tampered = Buffer.from(sealed)
  tampered[sealed.length - 1] = (tampered[sealed.length - 1] as number) ^ 1
  const failures: (() => unknown)[] = [
    () => open(impostor, 'session', sealed, place),
    () => open(ring, 'session', tampered, place),
    () => open(ring, 'session', sealed.subarray(0, 48), place),
    () => open(ring, 'session', sealed, { kind: 'session', key: Buffer.alloc(32, 8) }),
    () => open(ring, 'cookie', sealed, place),
    () => open(ring, 'session', Buffer.from([2, ...sealed.subarray(1)]), place),
    () => open(ring, 'session', Buffer.alloc(0), place),
    () => open(ring, 'session', 'text' as unknown as Buffer, place),
    () => open(ring, 'session', undefined as unknown as Buffer, place),
  ]
  const messages = failures.map((failure) => {
    const error = t.throws(failure, OpenError) as OpenError
    t.match(error, { name: 'OpenError', code: 'KEYTURN_CANNOT_OPEN', cause: undefined })
    return error.message
  })
  t.equal(new Set(messages).size, 1)
  t.end()
})

test('takes any Uint8Array, also a view into a larger one', (t) => {
  const sealed = seal(ring, 'token', new Uint8Array([1, 2, 3]), place)
  const larger = new Uint8Array(sealed.length + 10)
  larger.set(sealed, 5)
  const view = larger.subarray(5, 5 + sealed.length)
  t.same([...open(ring, 'token', view, place)], [1, 2, 3])
  t.equal(inspectSealed(view)?.keyId, version('a').id)
  t.end()
})

test('what was opened shares no memory', (t) => {
  const opened = open(ring, 'token', seal(ring, 'token', Buffer.from('alone'), place), place)
  t.equal(opened.buffer.byteLength, 5)
  t.end()
})

test('sealing takes bytes only', (t) => {
  t.throws(() => seal(ring, 'token', 'text' as unknown as Buffer, place), TypeError)
  t.end()
})

test('version and key id can be told without opening', (t) => {
  const sealed = seal(knownKeyring(), 'session', Buffer.from('x'), place)
  t.same(inspectSealed(sealed), { version: 1, keyId: '4b3e8659721affa2' })
  for (const other of [Buffer.alloc(0), Buffer.alloc(48, 1), Buffer.alloc(100), 'text' as unknown as Buffer]) {
    t.equal(inspectSealed(other), undefined)
  }
  t.end()
})

test('the same text is the same key wherever it stands', (t) => {
  const secret = Secret.fromBytes(Buffer.from(KNOWN_SECRET_TEXT))
  const other = createKeyring({ versions: [createSecretVersion({ secret, state: 'primary', createdAt: 0 })] })
  t.equal(open(other, 'token', seal(knownKeyring(), 'token', Buffer.from('x'), place), place).toString(), 'x')
  t.end()
})

function describe(where: Place): string {
  return JSON.stringify(where, (_, value: unknown) => (typeof value === 'bigint' || typeof value === 'number' ? String(value) : value))
}
