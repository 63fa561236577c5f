import { createFakeClock } from '@keyturn/testing/clock'
import { generateSecret } from '@keyturn/token-crypto'
import t from 'tap'
import { createEnvironmentProvider, type SecretRefusedError, type SecretSet } from '../../src/index.ts'
import { rejection } from '../fixtures/rejection.ts'
import { DAY, NOW, sampleText, textOf } from '../fixtures/samples.ts'

const clock = createFakeClock(NOW)
const HEX = generateSecret({ encoding: 'hex' }).expose().toString()

t.test('nothing set is absence', async (t) => {
  t.equal(await createEnvironmentProvider({ env: {} }).load(), undefined)
  t.equal(await createEnvironmentProvider({ env: { SESSION_SECRET: undefined } }).load(), undefined)
})

t.test('each name is read, and the first of them wins', async (t) => {
  const [first, second, third] = [sampleText(), sampleText(), sampleText()]
  const env = { API_SESSION_SECRET: third, EXPRESS_SESSION_SECRET: second, SESSION_SECRET: first }
  t.match(await describe(env), { origin: 'environment SESSION_SECRET', primary: first })
  const { SESSION_SECRET: _1, ...express } = env
  t.match(await describe(express), { origin: 'environment EXPRESS_SESSION_SECRET', primary: second })
  t.match(await describe({ API_SESSION_SECRET: third }), { origin: 'environment API_SESSION_SECRET', primary: third })
  const set = await load(env)
  t.match(set.warnings, [/^EXPRESS_SESSION_SECRET is ignored: SESSION_SECRET comes first/, /^API_SESSION_SECRET is ignored/])
})

t.test('a secret is its text: hex, base64, base64url and phrases are taken as they are written', async (t) => {
  const phrases = [HEX, HEX.toUpperCase(), Buffer.from(HEX, 'hex').toString('base64'), sampleText(), 'Träume-17 süßer Äpfel / kosten nicht viel Geld!']
  for (const text of phrases) t.equal((await describe({ SESSION_SECRET: text })).primary, text)
})

t.test('companions: the next one is pending, previous ones retire on their dates, the age is told', async (t) => {
  const [now, next, old, older] = [sampleText(), sampleText(), sampleText(), sampleText()]
  const { versions } = await load({
    SESSION_SECRET: now,
    SESSION_SECRET_CREATED_AT: '2025-12-01',
    SESSION_SECRET_NEXT: next,
    SESSION_SECRET_PREVIOUS_10: older,
    SESSION_SECRET_PREVIOUS_10_UNTIL: '2026-01-02T00:00:00Z',
    SESSION_SECRET_PREVIOUS: old,
    SESSION_SECRET_PREVIOUS_UNTIL: '2026-02-01',
  })
  t.strictSame(
    versions.map((version) => [textOf(version), version.state, version.createdAt, version.retireAt]),
    [
      [now, 'primary', Date.UTC(2025, 11, 1), undefined],
      [next, 'pending', 0, undefined],
      [old, 'retiring', 0, Date.UTC(2026, 1, 1)],
      [older, 'retiring', 0, NOW + DAY],
    ],
  )
})

t.test('every other name has companions of its own', async (t) => {
  const set = await load({
    EXPRESS_SESSION_SECRET: sampleText(),
    EXPRESS_SESSION_SECRET_PREVIOUS: sampleText(),
    EXPRESS_SESSION_SECRET_PREVIOUS_UNTIL: '2026-02-01',
    SESSION_ENCRYPTION_KEY: HEX,
    SESSION_ENCRYPTION_KEY_NEXT: generateSecret({ encoding: 'hex' }).expose().toString(),
  })
  t.match(set.versions, [{ state: 'primary' }, { state: 'retiring' }])
  t.match(set.encryptionVersions, [{ state: 'primary' }, { state: 'pending' }])
})

t.test('an encryption key or legacy secrets alone are a set without a primary', async (t) => {
  t.match(await load({ SESSION_ENCRYPTION_KEY: HEX }), { versions: [], encryptionVersions: { length: 1 }, origin: 'environment' })
  const legacy = await load({
    SESSION_SECRET_LEGACY: 'flowise',
    SESSION_SECRET_LEGACY_UNTIL: '2026-02-01',
    SESSION_SECRET_LEGACY_2: 'popcorn',
    SESSION_SECRET_LEGACY_2_UNTIL: '2026-02-02',
  })
  t.strictSame(
    legacy.legacySecrets?.map(({ secret, acceptUntil }) => [secret.expose().toString(), acceptUntil]),
    [['flowise', Date.UTC(2026, 1, 1)], ['popcorn', Date.UTC(2026, 1, 2)]],
    'weak ones too: they only verify',
  )
})

t.test('everything that is wrong is named together, with its remedy and without a value', async (t) => {
  const twice = sampleText()
  const env = {
    SESSION_SECRET: twice,
    SESSION_SECRET_NEXT: twice,
    SESSION_SECRET_CREATED_AT: 'last week',
    SESSION_SECRET_PREVIOUS: sampleText(),
    SESSION_SECRET_PREVIOUS_2: 'keyboard cat',
    SESSION_SECRET_PREVIOUS_2_UNTIL: '2026-02-30',
    SESSION_SECRET_PREVIOUS_3: ` ${sampleText()}`,
    SESSION_SECRET_PREVIOUS_3_UNTIL: '2026-02-01',
    SESSION_ENCRYPTION_KEY: sampleText(),
    SESSION_SECRET_LEGACY: '',
    SESSION_SECRET_LEGACY_UNTIL: '2026-02-01',
  }
  const error = await refusal(env)
  t.strictSame(
    error.faults.map(({ where, rule }) => `${where}: ${rule}`),
    [
      'SESSION_SECRET_CREATED_AT: not-a-date',
      'SESSION_SECRET_PREVIOUS: no-end-date',
      'SESSION_SECRET_PREVIOUS_2_UNTIL: not-a-date',
      'SESSION_SECRET_PREVIOUS_3: badly-written',
      'SESSION_SECRET: listed-twice',
      'SESSION_ENCRYPTION_KEY: not-64-hex',
      'SESSION_SECRET_LEGACY: badly-written',
    ],
  )
  t.match(error.message, /SESSION_SECRET_PREVIOUS_UNTIL to one, such as\s+2026-01-31/)
  for (const value of Object.values(env).filter((text) => text.length > 12)) t.notMatch(error.message, value.trim())
})

t.test('weak secrets are refused with every reason', async (t) => {
  const { faults } = await refusal({ SESSION_SECRET: 'popcorn' })
  t.match(faults, [{ rule: 'known-default' }, { rule: 'too-short' }, { rule: 'repeated' }])
  t.match((await refusal({ SESSION_SECRET: '' })).faults, [{ rule: 'badly-written', problem: 'It is set, but empty.' }])
  t.match((await refusal({ SESSION_ENCRYPTION_KEY: 'abc' })).faults.at(-1), { rule: 'not-64-hex' })
})

t.test('companions without the name that they belong to are refused', async (t) => {
  t.match((await refusal({ SESSION_SECRET_NEXT: sampleText() })).faults, [{ where: 'SESSION_SECRET_NEXT', rule: 'companion-alone' }])
  const ignored = await load({ SESSION_SECRET: sampleText(), API_SESSION_SECRET_NEXT: sampleText() })
  t.match(ignored.warnings, [/^API_SESSION_SECRET_NEXT is ignored/])
})

t.test('a previous secret whose date has passed is warned of', async (t) => {
  const set = await load({
    SESSION_SECRET: sampleText(),
    SESSION_SECRET_PREVIOUS: sampleText(),
    SESSION_SECRET_PREVIOUS_UNTIL: '2025-12-31',
  })
  t.match(set.warnings, ['SESSION_SECRET_PREVIOUS no longer counts: its date has passed. Remove it.'])
})

t.test('names like those of an object are not there', async (t) => {
  t.equal(await createEnvironmentProvider({ env: Object.create({ SESSION_SECRET: sampleText() }) as {} }).load(), undefined)
})

t.test('explain says what became of each name, and holds no value', async (t) => {
  const env = { EXPRESS_SESSION_SECRET: sampleText(), API_SESSION_SECRET: sampleText(), SESSION_ENCRYPTION_KEY: 'abc' }
  const names = await createEnvironmentProvider({ env, clock }).explain()
  t.match(names, [
    { name: 'EXPRESS_SESSION_SECRET', outcome: 'used', from: 'environment', note: 'signs and seals; reads as base64url' },
    { name: 'SESSION_SECRET', outcome: 'not set' },
    { name: 'API_SESSION_SECRET', outcome: 'ignored', note: 'EXPRESS_SESSION_SECRET comes first' },
    { name: 'SESSION_ENCRYPTION_KEY', outcome: 'refused' },
  ])
  for (const value of Object.values(env)) t.notMatch(JSON.stringify(names), `"${value}`)
})

t.test('wrong options are named together', async (t) => {
  t.throws(() => createEnvironmentProvider({ env: 'x' as never, dotenv: '' }), { message: /env is an object.*dotenv is a text/ })
})

async function load(env: Record<string, string>): Promise<SecretSet> {
  return (await createEnvironmentProvider({ env, clock }).load()) as SecretSet
}

async function describe(env: Record<string, string>): Promise<{ origin: string; primary: string | undefined }> {
  const { origin, versions } = await load(env)
  return { origin, primary: versions[0] && textOf(versions[0]) }
}

async function refusal(env: Record<string, string>): Promise<SecretRefusedError> {
  return rejection(createEnvironmentProvider({ env, clock }).load())
}
