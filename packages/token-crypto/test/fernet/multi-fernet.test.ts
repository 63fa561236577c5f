import { createFernet, createMultiFernet, type FernetOptions, generateFernetKey, OpenError, Secret } from '@keyturn/token-crypto'
import { createFakeClock } from '@keyturn/testing/clock'
import fc from 'fast-check'
import { test } from 'tap'
import { handMadeFernet, writeFernet } from '../fixtures/fernet.ts'
import { holds } from '../fixtures/properties.ts'

const first = generateFernetKey()
const second = generateFernetKey()
const fernet = createFernet(first)
const NOW = Date.UTC(2026, 0, 1)

function refuses(run: () => unknown): boolean {
  try {
    run()
    return false
  } catch (error) {
    return error instanceof OpenError
  }
}

test('what was encrypted decrypts', (t) => {
  holds(fc.property(fc.uint8Array({ maxLength: 200 }), (plain) => fernet.decrypt(fernet.encrypt(plain)).equals(plain)))
  holds(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => fernet.decrypt(fernet.encrypt(text)).toString() === text),
    1000,
  )
  t.end()
})

test('a token is base64url with padding', (t) => {
  for (let length = 0; length < 50; length++) {
    const token = fernet.encrypt(Buffer.alloc(length))
    t.match(token, /^gAAAA[A-Za-z0-9_-]+={0,2}$/)
    t.equal(token.length % 4, 0)
  }
  t.end()
})

test('a flipped bit never decrypts', (t) => {
  const bytes = Buffer.from(fernet.encrypt('flip me'), 'base64url')
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const flipped = Buffer.from(bytes)
    flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7))
    t.ok(refuses(() => fernet.decrypt(writeFernet(flipped))), `bit ${bit}`)
  }
  t.end()
})

test('a changed, cut or longer token never decrypts', (t) => {
  const token = fernet.encrypt('some plain text')
  const change = fc.tuple(fc.nat(token.length - 1), fc.string({ minLength: 1, maxLength: 1 }))
  holds(
    fc.property(change, ([at, character]) => {
      const changed = token.slice(0, at) + character + token.slice(at + 1)
      return changed === token || refuses(() => fernet.decrypt(changed))
    }),
  )
  holds(fc.property(fc.nat(token.length - 1), (length) => refuses(() => fernet.decrypt(token.slice(0, length)))))
  holds(fc.property(fc.base64String({ minLength: 1 }), (more) => refuses(() => fernet.decrypt(token + more))))
  t.end()
})

test('what is no token does not decrypt', (t) => {
  for (const decoding of ['strict', 'lenient'] as const) {
    const reader = createFernet(first, { decoding })
    holds(fc.property(fc.string({ unit: 'binary' }), (text) => refuses(() => reader.decrypt(text))))
    for (const wrong of [undefined, null, 7, Buffer.from(fernet.encrypt('x'))] as unknown as string[]) {
      t.throws(() => reader.decrypt(wrong), OpenError)
    }
  }
  t.end()
})

test('another key does not decrypt', (t) => {
  t.throws(() => createFernet(second).decrypt(fernet.encrypt('x')), OpenError)
  t.end()
})

test('a signed token with wrong padding does not decrypt', (t) => {
  const opens = (plain: Buffer): boolean =>
    !refuses(() => fernet.decrypt(handMadeFernet(first, { plain, iv: Buffer.alloc(16), time: 0, pad: false })))
  for (const last of [0, 17, 255]) t.notOk(opens(Buffer.alloc(16, last)), `last byte ${last}`)
  for (const last of [1, 2, 16]) t.ok(opens(Buffer.alloc(16, last)), `last byte ${last}`)
  const mixed = Buffer.alloc(16, 3)
  mixed[14] = 2
  t.notOk(opens(mixed))
  t.notOk(opens(Buffer.alloc(0)), 'no block at all')
  t.end()
})

test('messages do not depend on those before them', (t) => {
  const reader = createFernet(first)
  const tokens = Array.from({ length: 50 }, (_, i) => fernet.encrypt(`message ${i}`))
  const order = [...tokens.keys()].toSorted((a, b) => ((a * 7919) % 50) - ((b * 7919) % 50))
  for (const i of order) t.equal(reader.decrypt(tokens[i] as string).toString(), `message ${i}`)
  t.end()
})

test('the first key encrypts, every key decrypts', (t) => {
  const multi = createMultiFernet([second, first])
  t.equal(multi.decrypt(fernet.encrypt('old')).toString(), 'old')
  t.equal(createFernet(second).decrypt(multi.encrypt('new')).toString(), 'new')
  t.throws(() => fernet.decrypt(multi.encrypt('new')), OpenError)
  t.end()
})

test('rotating keeps plain text and timestamp and takes a fresh IV', (t) => {
  const multi = createMultiFernet([second, first])
  holds(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(4_000_000_000), (plain, seconds) => {
      const token = fernet.encryptAt(plain, seconds * 1000)
      const rotated = multi.rotate(token)
      const again = multi.rotate(rotated)
      return (
        createFernet(second).decrypt(rotated).equals(plain) &&
        multi.extractTimestamp(rotated) === seconds * 1000 &&
        again !== rotated &&
        multi.decrypt(again).equals(plain)
      )
    }),
  )
  t.throws(() => fernet.rotate(createFernet(second).encrypt('x')), OpenError)
  t.end()
})

test('rotating keeps a timestamp beyond what a number holds', (t) => {
  const time = Buffer.from('ffffffffffffffff', 'hex')
  const token = handMadeFernet(first, { plain: 'x', iv: Buffer.alloc(16), time })
  const rotated = Buffer.from(fernet.rotate(token), 'base64url')
  t.same(rotated.subarray(1, 9), time)
  t.equal(fernet.decrypt(token).toString(), 'x', 'without a ttl the time is not looked at')
  t.throws(() => fernet.decrypt(token, { ttlMs: 1000 }), OpenError)
  t.equal(fernet.extractTimestamp(token), Number(2n ** 64n - 1n) * 1000)
  t.end()
})

test('is valid for its ttl and a minute of skew, both inclusive', (t) => {
  const token = fernet.encryptAt('x', NOW)
  const isValid = (timeMs: number, ttlMs = 10_000): boolean => !refuses(() => fernet.decryptAt(token, { ttlMs, timeMs }))
  t.ok(isValid(NOW + 10_000))
  t.ok(isValid(NOW + 10_999), 'whole seconds count')
  t.notOk(isValid(NOW + 11_000))
  t.ok(isValid(NOW - 60_000))
  t.notOk(isValid(NOW - 61_000))
  t.ok(isValid(NOW, 0))
  t.notOk(isValid(NOW + 1000, 0))
  t.end()
})

test('the clock tells the time unless another is given', async (t) => {
  const clock = createFakeClock(NOW + 500)
  const timed = createFernet(first, { clock })
  const token = timed.encrypt('x')
  t.equal(timed.extractTimestamp(token), NOW)
  await clock.advance(10_000)
  t.equal(timed.decrypt(token, { ttlMs: 10_000 }).toString(), 'x')
  t.throws(() => timed.decrypt(token, { ttlMs: 9000 }), OpenError)
  t.equal(timed.decrypt(token).toString(), 'x')
  await clock.advance(1000)
  t.throws(() => timed.decrypt(token, { ttlMs: 10_000 }), OpenError)
})

test('the timestamp is told only of an authentic token', (t) => {
  t.equal(fernet.extractTimestamp(fernet.encryptAt('x', NOW)), NOW)
  t.throws(() => createFernet(second).extractTimestamp(fernet.encryptAt('x', NOW)), OpenError)
  t.end()
})

test('times that are no times are refused', (t) => {
  const token = fernet.encrypt('x')
  for (const wrong of [-1, Number.NaN, Infinity]) {
    t.throws(() => fernet.encryptAt('x', wrong), TypeError)
    t.throws(() => fernet.decryptAt(token, { ttlMs: 1, timeMs: wrong }), TypeError)
  }
  for (const ttlMs of [-1, Number.NaN, '5', undefined] as number[]) {
    t.throws(() => fernet.decryptAt(token, { ttlMs, timeMs: NOW }), TypeError)
  }
  t.throws(() => fernet.decrypt(token, { ttlMs: Number.NaN }), TypeError)
  t.end()
})

test('only text and bytes are encrypted', (t) => {
  for (const wrong of [undefined, null, 7, {}] as unknown as string[]) t.throws(() => fernet.encrypt(wrong), TypeError)
  t.end()
})

test('keys and options of another form are refused, without repeating them', (t) => {
  const wrong = ['', 'short', `${'A'.repeat(43)}==`, 'A'.repeat(42), `${'!'.repeat(43)}=`, 'A'.repeat(44)]
  for (const text of wrong) t.throws(() => createFernet(Secret.fromText(text)), TypeError)
  t.throws(() => createFernet('A'.repeat(43) as unknown as Secret), TypeError)
  t.throws(() => createMultiFernet([]), TypeError)
  t.throws(() => createFernet(first, { decoding: 'loose' } as unknown as FernetOptions), TypeError)
  t.end()
})

test('a key may be written in either alphabet, with padding or without', (t) => {
  const key = Secret.fromText('-_-_x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=')
  const token = createFernet(key).encrypt('x')
  for (const text of ['+/+/x689RpI+jtRR7oE8h/eQsKImvJapLeSbXpwF4e4=', '-_-_x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4']) {
    t.equal(createFernet(Secret.fromText(text)).decrypt(token).toString(), 'x')
  }
  t.end()
})

test('generated keys differ and have the form of Python', (t) => {
  t.match(first.expose().toString(), /^[A-Za-z0-9_-]{43}=$/)
  t.notOk(first.equals(second))
  t.end()
})

const message = fc.record({ plain: fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes)), seconds: fc.nat() })

test('many at once are as each on its own, whichever key they are under, with what does not open among them', (t) => {
  const both = createMultiFernet([second, first])
  const stranger = createFernet(generateFernetKey())
  const writers = [fernet, createFernet(second), stranger]
  holds(
    fc.property(fc.array(fc.tuple(message, fc.constantFrom(0, 1, 2, 3)), { maxLength: 20 }), (given) => {
      const tokens = given.map(([{ plain, seconds }, by]) => writers[by]?.encryptAt(plain, seconds * 1000) ?? 'no token')
      const opened = both.openAll(tokens)
      return opened.length === given.length && opened.every((found, i) => {
        const [{ plain, seconds }, by] = given[i] as (typeof given)[number]
        return by > 1 ? found === undefined : found?.plain.equals(plain) === true && found.timeMs === seconds * 1000
      })
    }),
    500,
  )
  t.end()
})

test('many are encrypted at once under the first key, each with an IV of its own and its time', (t) => {
  const both = createMultiFernet([second, first])
  holds(
    fc.property(fc.array(message, { maxLength: 20 }), (messages) => {
      const tokens = both.sealAll(messages.map(({ plain, seconds }) => ({ plain, timeMs: seconds * 1000 })))
      const single = createFernet(second)
      return tokens.length === messages.length && tokens.every((token, i) => {
        const { plain, seconds } = messages[i] as (typeof messages)[number]
        return single.decrypt(token).equals(plain) && single.extractTimestamp(token) === seconds * 1000
      })
    }),
    500,
  )
  const same = Array.from({ length: 1000 }, () => ({ plain: Buffer.from('the same'), timeMs: NOW }))
  const blocks = both.sealAll(same).flatMap((token) => {
    const bytes = Buffer.from(token, 'base64url')
    return [bytes.toString('hex', 9, 25), bytes.toString('hex', 25, 41)]
  })
  t.equal(new Set(blocks).size, 2000, 'no block stands twice')
  t.end()
})

test('a signed token with wrong padding does not open among many, and spoils none beside it', (t) => {
  const good = fernet.encrypt('good')
  const bad = handMadeFernet(first, { plain: Buffer.alloc(16), iv: Buffer.alloc(16), time: 0, pad: false })
  const opened = createMultiFernet([first, second]).openAll([good, bad, good])
  t.same(opened.map((found) => found?.plain.toString()), ['good', undefined, 'good'])
  t.end()
})
