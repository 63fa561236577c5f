import { createFernet, OpenError, Secret } from '@keyturn/token-crypto'
import { test } from 'tap'
import { handMadeFernet } from '../fixtures/fernet.ts'

// Acceptance vectors: https://github.com/fernet/spec
const key = Secret.fromText('cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=')
const valid = 'gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA=='
const at = (time: string): number => Date.parse(`1985-10-26T${time}-07:00`)

test('the token of generate.json comes of the steps by hand', (t) => {
  const iv = Buffer.from(Array.from({ length: 16 }, (_, i) => i))
  t.equal(handMadeFernet(key, { plain: 'hello', iv, time: at('01:20:00') / 1000 }), valid)
  t.end()
})

test('every token is what the steps by hand give for its IV', (t) => {
  const fernet = createFernet(key)
  const ivs = new Set<string>()
  for (let length = 0; length < 1000; length++) {
    const plain = Buffer.alloc(length % 100, length)
    const token = fernet.encryptAt(plain, length * 1_000_000_000)
    const iv = Buffer.from(token, 'base64url').subarray(9, 25)
    ivs.add(iv.toString('hex'))
    if (token !== handMadeFernet(key, { plain, iv, time: length * 1_000_000 })) t.fail(`length ${length}`)
  }
  t.equal(ivs.size, 1000, 'no IV is used twice')
  t.end()
})

test('opens the token of verify.json', (t) => {
  const fernet = createFernet(key)
  t.equal(fernet.decryptAt(valid, { ttlMs: 60_000, timeMs: at('01:20:01') }).toString(), 'hello')
  t.equal(fernet.extractTimestamp(valid), at('01:20:00'))
  t.end()
})

const invalid: [string, string, number][] = [
  [
    'incorrect mac',
    'gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykQUFBQUFBQUFBQQ==',
    at('01:20:01'),
  ],
  ['too short', 'gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPA==', at('01:20:01')],
  [
    'invalid base64',
    '%%%%%%%%%%%%%AECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykRtfsH-p1YsUD2Q==',
    at('01:20:01'),
  ],
  [
    'payload size not multiple of block size',
    'gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPOm73QeoCk9uGib28Xe5vz6oxq5nmxbx_v7mrfyudzUm',
    at('01:20:01'),
  ],
  [
    'payload padding error',
    'gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0ODz4LEpdELGQAad7aNEHbf-JkLPIpuiYRLQ3RtXatOYREu2FWke6CnJNYIbkuKNqOhw==',
    at('01:20:01'),
  ],
  [
    'far-future timestamp',
    'gAAAAAAdwStRAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAnja1xKYyhd-Y6mSkTOyTGJmw2Xc2a6kBd-iX9b_qXQcw==',
    at('01:20:01'),
  ],
  [
    'expired ttl',
    'gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykRtfsH-p1YsUD2Q==',
    at('01:21:31'),
  ],
  [
    'incorrect IV',
    'gAAAAAAdwJ6xBQECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAkLhFLHpGtDBRLRTZeUfWgHSv49TF2AUEZ1TIvcZjK1zQ==',
    at('01:20:01'),
  ],
  ['very short', 'gAAAAABdnQ1TUKh2OE_ggbyCIxfg', at('01:20:01')],
  ['super short', 'gAAA', at('01:20:01')],
]

for (const [name, token, timeMs] of invalid) {
  test(`refuses ${name} of invalid.json, strictly and leniently`, (t) => {
    for (const decoding of ['strict', 'lenient'] as const) {
      const fernet = createFernet(key, { decoding })
      t.throws(() => fernet.decryptAt(token, { ttlMs: 60_000, timeMs }), OpenError, decoding)
    }
    t.end()
  })
}
