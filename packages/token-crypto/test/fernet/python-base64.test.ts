import fc from 'fast-check'
import { test } from 'tap'
import { decodePythonBase64 } from '../../src/fernet/python-base64.ts'
import { holds } from '../fixtures/properties.ts'

test('decodes what is written by the book', (t) => {
  holds(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      const buffer = Buffer.from(bytes)
      const padding = '='.repeat((3 - (bytes.length % 3)) % 3)
      return [buffer.toString('base64'), buffer.toString('base64url') + padding].every((text) =>
        decodePythonBase64(text)?.equals(buffer),
      )
    }),
  )
  t.end()
})

// Each answer is that of Python 3.11's base64.urlsafe_b64decode.
const answers: [string, string | undefined][] = [
  ['', ''],
  ['=', ''],
  ['====', ''],
  ['A', undefined],
  ['AA', undefined],
  ['AAA', undefined],
  ['AA=', undefined],
  ['AA==', '00'],
  ['AA===', '00'],
  ['AA==AAAA', '00'],
  ['AA=A=', '0000'],
  ['AA=AA=', '000000'],
  ['A=A=A=A=', '0000'],
  ['AAA=', '0000'],
  ['AAA=AAAA', '0000'],
  ['AAAA=', '000000'],
  ['=AAAA', '000000'],
  ['AB==', '00'],
  ['AAB=', '0000'],
  ['A A\nA\tA', '000000'],
  ['!!AAAA..', '000000'],
  ['-_+/', 'fbffbf'],
  ['AA==é', undefined],
  ['é', undefined],
  ['AA\u0000AA', '000000'],
]

for (const [text, hex] of answers) {
  test(`answers as Python does for ${JSON.stringify(text)}`, (t) => {
    t.equal(decodePythonBase64(text)?.toString('hex'), hex)
    t.end()
  })
}
