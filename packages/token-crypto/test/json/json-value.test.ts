import { test } from 'tap'
import { type JsonValue, stringifyJson } from '../../src/json/json-value.ts'

test('writes what JSON can hold', (t) => {
  t.equal(stringifyJson({ a: [1, 'x', null, true], b: undefined }), '{"a":[1,"x",null,true]}')
  t.end()
})

test('says what it cannot hold, without the value', (t) => {
  t.throws(() => stringifyJson({ n: 12345n } as unknown as JsonValue), { message: 'JSON cannot hold this bigint.' })
  t.throws(() => stringifyJson(undefined as unknown as JsonValue), { message: 'JSON cannot hold undefined.' })
  t.end()
})
