import { createFernet, OpenError, Secret } from '@keyturn/token-crypto'
import { test } from 'tap'
import { sealFernet } from '../../src/fernet/fernet-cipher.ts'
import { readFernetKey } from '../../src/fernet/fernet-key.ts'
import { encodeFernetToken } from '../../src/fernet/fernet-token.ts'

// Acceptance vectors: https://github.com/fernet/spec
const key = Secret.fromText('cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=')
const valid = 'gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA=='
const at = (time: string): number => Date.parse(`1985-10-26T${time}-07:00`)

test('generates the token of generate.json', (t) => {
  const time = Buffer.alloc(8)
  time.writeUInt32BE(at('01:20:00') / 1000, 4)
  const iv = Buffer.from(Array.from({ length: 16 }, (_, i) => i))
  t.equal(encodeFernetToken(sealFernet(readFernetKey(key), Buffer.from('hello'), time, iv)), valid)
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
