import { Secret, createSecretVersion } from '@keyturn/token-crypto'
import fc from 'fast-check'
import t from 'tap'
import { fingerprint } from '../../src/key-set/fingerprint.ts'
import { formatKeySet } from '../../src/key-set/format-key-set.ts'
import type { KeySet } from '../../src/key-set/key-set.ts'
import { parseKeySet } from '../../src/key-set/parse-key-set.ts'
import { NOW, sampleText, sampleVersion, textOf } from '../fixtures/samples.ts'

const time = fc.integer({ min: 0, max: 4_102_444_800_000 })
const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 80 }).filter((value) => value.isWellFormed())
const retiring = fc.record({ text, createdAt: time, retireAt: fc.option(time, { nil: undefined }) })

t.test('what is written is read back as the same key set', async (t) => {
  const sets = fc.record({
    primary: text,
    pending: fc.option(text, { nil: undefined }),
    retiring: fc.array(retiring, { maxLength: 4 }),
    legacy: fc.array(fc.record({ text, acceptUntil: time }), { maxLength: 3 }),
    createdAt: time,
    legacyFilesUntil: fc.option(time, { nil: undefined }),
  })
  fc.assert(
    fc.property(sets, (sample) => {
      const texts = [sample.primary, sample.pending, ...sample.retiring.map((each) => each.text)].filter((each) => each !== undefined)
      fc.pre(new Set(texts).size === texts.length)
      const written = toKeySet(sample)
      const { keySet, problems } = parseKeySet(formatKeySet(written))
      if (keySet === undefined) throw new Error(problems.join())
      if (fingerprint(keySet) !== fingerprint(written)) throw new Error('not the same')
      if (keySet.createdAt !== written.createdAt || keySet.legacyFilesUntil !== written.legacyFilesUntil) throw new Error('dates')
      if (keySet.versions.some(({ secret }, index) => !secret.equals(written.versions[index]?.secret as Secret))) throw new Error('bytes')
    }),
    { seed: 20_260_108, numRuns: 300 },
  )
  t.pass('300 times')
})

t.test('a text cut anywhere is refused, and its problems hold no part of a secret', async (t) => {
  const version = sampleVersion()
  const whole = formatKeySet({ versions: [version], createdAt: NOW })
  for (let length = 0; length < whole.trimEnd().length; length++) {
    const { keySet, problems } = parseKeySet(whole.slice(0, length))
    if (keySet !== undefined) t.fail(`read at ${length}`)
    if (problems?.join().includes(textOf(version).slice(0, 8))) t.fail(`told at ${length}`)
  }
  t.ok(parseKeySet(whole).keySet, 'whole, it is read')
})

t.test('all problems are named together', async (t) => {
  const { problems } = parseKeySet(
    JSON.stringify({
      format: 'keyturn-key-set',
      version: 1,
      createdAt: 'yesterday',
      extra: 1,
      keys: [{ id: 'x', state: 'asleep', createdAt: '2026-02-30', secret: 7, hidden: sampleText() }],
      legacySecrets: {},
    }),
  )
  t.strictSame(problems, [
    'it has 1 field(s) beside format, version, createdAt, keys, encryptionKeys, legacySecrets, legacyFilesUntil',
    'createdAt is not a date such as 2026-03-01T12:00:00Z',
    'keys[0] has 1 field(s) beside id, state, createdAt, retireAt, secret',
    'keys[0].state is not one of pending, primary, retiring',
    'keys[0].secret is not a text',
    'keys[0].createdAt is not a date such as 2026-03-01T12:00:00Z',
    'legacySecrets is not a list',
  ])
})

t.test('a changed byte of a secret is noticed by its id', async (t) => {
  const version = sampleVersion()
  const other = textOf(version).replace(/^./, (first) => (first === 'A' ? 'B' : 'A'))
  const whole = formatKeySet({ versions: [version], createdAt: NOW }).replace(textOf(version), other)
  t.strictSame(parseKeySet(whole).problems, ['keys[0].id does not belong to its secret'])
})

t.test('a newer version of the format is refused, not half understood', async (t) => {
  t.match(parseKeySet('{"format":"keyturn-key-set","version":2}').problems, [/version is not 1/])
  t.match(parseKeySet('{"format":"other"}').problems, [/format is not/])
  t.match(parseKeySet('[]').problems, [/not a JSON object/])
})

t.test('no primary, two primaries, one id twice', async (t) => {
  const one = sampleVersion()
  const read = (versions: KeySet['versions']): unknown => parseKeySet(formatKeySet({ versions, createdAt: NOW })).problems
  t.match(read([]), ['keys does not have exactly one primary'])
  t.match(read([one, sampleVersion()]), ['keys does not have exactly one primary'])
  t.match(read([one, { ...one, state: 'pending' }]), ['keys has one id twice'])
})

t.test('bytes that are no text are not written', async (t) => {
  const secret = Secret.fromBytes(Buffer.alloc(32, 0xff))
  const version = createSecretVersion({ secret, state: 'primary', createdAt: NOW })
  t.throws(() => formatKeySet({ versions: [version], createdAt: NOW }), TypeError)
})

interface Sample {
  primary: string
  pending: string | undefined
  retiring: { text: string; createdAt: number; retireAt: number | undefined }[]
  legacy: { text: string; acceptUntil: number }[]
  createdAt: number
  legacyFilesUntil: number | undefined
}

function toKeySet({ primary, pending, retiring, legacy, createdAt, legacyFilesUntil }: Sample): KeySet {
  const version = (text: string, fields: { state: 'primary' | 'pending' | 'retiring'; retireAt?: number }) =>
    createSecretVersion({ secret: Secret.fromText(text), createdAt, ...fields })
  return {
    versions: [
      version(primary, { state: 'primary' }),
      ...(pending === undefined ? [] : [version(pending, { state: 'pending' })]),
      ...retiring.map(({ text, retireAt }) =>
        version(text, { state: 'retiring', ...(retireAt === undefined ? {} : { retireAt }) }),
      ),
    ],
    legacySecrets: legacy.map(({ text, acceptUntil }) => ({ secret: Secret.fromText(text), acceptUntil })),
    createdAt,
    ...(legacyFilesUntil === undefined ? {} : { legacyFilesUntil }),
  }
}
