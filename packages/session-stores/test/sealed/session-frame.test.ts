import fc from 'fast-check'
import t from 'tap'
import { decodeFrame, encodeFrame } from '../../src/sealed/session-frame.ts'

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length }).map((array) => Buffer.from(array))
const frame = fc.record({
  metaText: fc.string({ unit: 'grapheme' }),
  dataText: fc.string({ unit: 'grapheme' }),
  createdAt: fc.maxSafeNat(),
  owner: fc.option(fc.record({ keyId: bytes(8).map((id) => id.toString('hex')), tag: bytes(32) }, { noNullPrototype: true }), { nil: undefined }),
})

t.test('every frame is read as it was written', async (t) => {
  fc.assert(
    fc.property(frame, (written) => {
      const read = decodeFrame(encodeFrame(written))
      t.strictSame({ ...read }, { ...written })
    }),
    { seed: 20_260_104, numRuns: 200 },
  )
})

t.test('a long one and a short one by turns', async (t) => {
  const frames = [10, 70_000, 3, 21_000].map((length) => ({ metaText: '{}', dataText: '\u20ac'.repeat(length), createdAt: 5, owner: undefined }))
  for (const written of frames) t.strictSame({ ...decodeFrame(encodeFrame(written)) }, written)
  t.throws(() => encodeFrame({ metaText: 'm'.repeat(65_536), dataText: '', createdAt: 5, owner: undefined }), { code: 'KEYTURN_SESSION_DATA' })
})

t.test('bytes of another form are no frame', async (t) => {
  const owned = Buffer.from(encodeFrame({ metaText: '{}', dataText: '{}', createdAt: 5, owner: { keyId: '00'.repeat(8), tag: Buffer.alloc(32) } }))
  t.equal(decodeFrame(Buffer.alloc(0)), undefined)
  t.equal(decodeFrame(Buffer.from([2, ...owned.subarray(1)])), undefined, 'another version')
  t.equal(decodeFrame(Buffer.from([...owned.subarray(0, 9), 7, ...owned.subarray(10)])), undefined, 'another flag')
  for (let length = 0; length < owned.length - 2; length++) t.equal(decodeFrame(owned.subarray(0, length)), undefined)
})
