import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startSecretsManager } from '@keyturn/testing/secrets-manager'
import t from 'tap'
import {
  createProvidersFromEnvironment,
  createSecretManager,
  explainEnvironment,
  formatExplanation,
  type SecretManager,
} from '../../src/index.ts'
import { sampleText } from '../fixtures/samples.ts'

t.setTimeout(60_000)

t.test('without any name there is the environment alone', async (t) => {
  t.match(await names({}), ['environment'])
})

t.test('local storage: a key set beside the files of Flowise, which are accepted', async (t) => {
  const folder = join(t.testdir(), 'flowise')
  mkdirSync(folder, { mode: 0o700 })
  writeFileSync(join(folder, 'session.secret'), 'ab'.repeat(32), { mode: 0o600 })
  for (const env of [{ SECRETKEY_PATH: folder }, { SECRETKEY_STORAGE_TYPE: 'local', SECRETKEY_PATH: folder }]) {
    t.match(await names(env), ['environment', 'file'])
    const manager = await start(env)
    t.equal(manager.origin, `file ${join(folder, 'session-secrets.json')}`)
    t.equal(manager.status().legacySecrets, 1)
    await manager.close()
  }
})

t.test("local storage without a folder is Flowise's own", async (t) => {
  const providers = await createProvidersFromEnvironment({ env: { SECRETKEY_STORAGE_TYPE: 'local' } })
  t.match(providers[1]?.place, /^file .*\/\.flowise\/session-secrets\.json$/)
})

t.test('AWS by the names of Flowise: credentials, region, and which name wins', async (t) => {
  const server = await startSecretsManager()
  t.teardown(() => server.stop())
  const env = {
    SECRETKEY_STORAGE_TYPE: 'aws',
    SECRETKEY_AWS_REGION: 'eu-west-1',
    SECRETKEY_AWS_ACCESS_KEY: 'AKIAFROMENV',
    SECRETKEY_AWS_SECRET_KEY: 'x'.repeat(40),
    AWS_ENDPOINT_URL_SECRETS_MANAGER: server.url,
  }
  for (const [extra, secretId] of [
    [{}, 'FlowiseSessionSecret'],
    [{ SECRETKEY_AWS_NAME: 'by-name' }, 'by-name'],
    [{ SECRETKEY_AWS_NAME: 'by-name', SECRETKEY_AWS_SESSION_SECRET: 'by-session-name' }, 'by-session-name'],
  ] as const) {
    server.forgetCalls()
    const manager = await start({ ...env, ...extra })
    t.equal(manager.origin, `AWS Secrets Manager ${secretId}`)
    t.match(server.calls[0], { secretId, accessKeyId: 'AKIAFROMENV', region: 'eu-west-1' })
    await manager.close()
  }
  const { SECRETKEY_AWS_REGION: _region, ...rest } = env
  for (const [extra, region] of [[{}, 'us-east-1'], [{ AWS_DEFAULT_REGION: 'eu-south-1' }, 'eu-south-1'], [{ AWS_REGION: 'eu-north-1' }, 'eu-north-1']] as const) {
    server.forgetCalls()
    await (await start({ ...rest, ...extra })).close()
    t.match(server.calls[0], { region })
  }
})

t.test('priority: environment, then AWS, then file; the file only where AWS has none', async (t) => {
  const server = await startSecretsManager()
  t.teardown(() => server.stop())
  const secret = sampleText()
  const env = {
    SECRETKEY_STORAGE_TYPE: 'aws',
    SECRETKEY_PATH: join(t.testdir(), 'secrets'),
    AWS_ENDPOINT_URL_SECRETS_MANAGER: server.url,
    SECRETKEY_AWS_ACCESS_KEY: 'AKIA',
    SECRETKEY_AWS_SECRET_KEY: 'x',
  }
  t.match(await names(env), ['environment', 'aws', 'file'])
  const fromEnvironment = await start({ ...env, SESSION_SECRET: secret })
  t.equal(fromEnvironment.origin, 'environment SESSION_SECRET')
  t.equal(server.calls.length, 0, 'a source that is not needed is not asked')
  const created = await start(env)
  t.equal(created.origin, 'AWS Secrets Manager FlowiseSessionSecret', 'the best writable one')
  await Promise.all([fromEnvironment.close(), created.close()])
})

t.test('what chooses a source and is badly set is refused, all together', async (t) => {
  const env = { SECRETKEY_STORAGE_TYPE: 's3', SECRETKEY_PATH: '' }
  await t.rejects(createProvidersFromEnvironment({ env }), {
    code: 'KEYTURN_SECRET_REFUSED',
    faults: [{ where: 'SECRETKEY_STORAGE_TYPE' }, { where: 'SECRETKEY_PATH' }],
  })
  const half = { SECRETKEY_STORAGE_TYPE: 'aws', SECRETKEY_AWS_ACCESS_KEY: 'AKIA' }
  await t.rejects(createProvidersFromEnvironment({ env: half }), {
    code: 'KEYTURN_SECRET_REFUSED',
    faults: [{ where: 'SECRETKEY_AWS_SECRET_KEY', rule: 'half-a-pair' }],
  })
})

t.test('explain lists every name that is read, in order, what became of it, and no value', async (t) => {
  const folder = t.testdir()
  const dotenv = join(folder, '.env')
  const [used, ignored] = [sampleText(), sampleText()]
  writeFileSync(dotenv, `SESSION_SECRET=${used}\nSECRETKEY_AWS_SECRET_KEY=abcdefghij\n`, { mode: 0o600 })
  const env = { EXPRESS_SESSION_SECRET: ignored, SECRETKEY_STORAGE_TYPE: 'local', SECRETKEY_PATH: '/srv/app/secrets' }
  const explained = await explainEnvironment({ env, dotenv })
  t.match(explained, [
    { name: 'SESSION_SECRET', outcome: 'used', from: dotenv },
    { name: 'EXPRESS_SESSION_SECRET', outcome: 'ignored' },
    { name: 'API_SESSION_SECRET', outcome: 'not set' },
    { name: 'SESSION_ENCRYPTION_KEY', outcome: 'not set' },
    { name: 'SESSION_SECRET_LEGACY', outcome: 'not set' },
    { name: 'SECRETKEY_STORAGE_TYPE', outcome: 'used', from: 'environment' },
    { name: 'SECRETKEY_PATH', outcome: 'used' },
    { name: 'SECRETKEY_AWS_REGION', outcome: 'not set' },
    { name: 'SECRETKEY_AWS_ACCESS_KEY', outcome: 'not set' },
    { name: 'SECRETKEY_AWS_SECRET_KEY', outcome: 'ignored', note: 'SECRETKEY_STORAGE_TYPE is not aws' },
    { name: 'SECRETKEY_AWS_NAME', outcome: 'not set' },
    { name: 'SECRETKEY_AWS_SESSION_SECRET', outcome: 'not set' },
  ])
  t.equal(explained.length, 12)
  const text = formatExplanation(explained)
  t.match(text, /^SESSION_SECRET +used +signs and seals; reads as base64url \(.*\.env\)$/m)
  for (const value of [used, ignored, 'abcdefghij', '/srv/app/secrets']) t.notMatch(text, value)
})

type Environment = Readonly<Record<string, string | undefined>>

async function names(env: Environment): Promise<string[]> {
  return (await createProvidersFromEnvironment({ env })).map(({ name }) => name)
}

async function start(env: Environment): Promise<SecretManager> {
  return createSecretManager({ providers: await createProvidersFromEnvironment({ env }), environment: 'production' })
}
