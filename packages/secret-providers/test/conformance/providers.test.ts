import { randomUUID } from 'node:crypto'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { startSecretsManager } from '@keyturn/testing/secrets-manager'
import t from 'tap'
import { createAwsProvider } from '../../src/aws/index.ts'
import { testConformance } from '../../src/conformance/index.ts'
import {
  chainProviders,
  createEnvironmentProvider,
  createEphemeralProvider,
  createFileProvider,
  createStaticProvider,
  type SecretProvider,
} from '../../src/index.ts'
import { sampleText } from '../fixtures/samples.ts'

t.setTimeout(60_000)

t.test('environment', async (t) => {
  testConformance({ test: t.test.bind(t), createProvider: () => createEnvironmentProvider({ env: { SESSION_SECRET: sampleText() } }) })
})

t.test('static', async (t) => {
  testConformance({ test: t.test.bind(t), createProvider: () => createStaticProvider({ secret: sampleText() }) })
})

t.test('ephemeral', async (t) => {
  testConformance({ test: t.test.bind(t), createProvider: createEphemeralProvider })
})

t.test('file', async (t) => {
  const root = t.testdir()
  const paths = new WeakMap<SecretProvider, string>()
  const create = (path: string): SecretProvider => {
    const provider = createFileProvider({ path })
    paths.set(provider, path)
    return provider
  }
  const pathOf = (provider: SecretProvider): string => paths.get(provider) ?? ''
  testConformance({
    test: t.test.bind(t),
    createProvider: () => create(join(root, randomUUID(), 'secrets.json')),
    connect: (provider) => create(pathOf(provider)),
    breakSource(provider) {
      const folder = dirname(pathOf(provider))
      mkdirSync(folder, { recursive: true })
      chmodSync(folder, 0o770)
      return () => chmodSync(folder, 0o700)
    },
  })
})

t.test('file, with a plain secret in it', async (t) => {
  const root = t.testdir()
  testConformance({
    test: t.test.bind(t),
    createProvider() {
      const folder = join(root, randomUUID())
      mkdirSync(folder, { mode: 0o700 })
      const path = join(folder, 'session.secret')
      writeFileSync(path, sampleText(), { mode: 0o600 })
      // It has a secret from the start, so there is nothing to create.
      const { create: _never, ...provider } = createFileProvider({ path })
      return { ...provider, supports: { ...provider.supports, create: false } }
    },
  })
})

t.test('aws', async (t) => {
  const server = await startSecretsManager()
  t.teardown(() => server.stop())
  const ids = new WeakMap<SecretProvider, string>()
  const create = (secretId: string): SecretProvider => {
    const provider = createAwsProvider({ secretId, ...server.clientConfig, maxAttempts: 1 })
    ids.set(provider, secretId)
    return provider
  }
  const idOf = (provider: SecretProvider): string => ids.get(provider) ?? ''
  testConformance({
    test: t.test.bind(t),
    createProvider: () => create(`conformance/${randomUUID()}`),
    connect: (provider) => create(idOf(provider)),
    breakSource: (provider) => server.fail({ secretId: idOf(provider), effect: { error: 'ServiceUnavailable' } }),
  })
})

t.test('a chain of several', async (t) => {
  testConformance({
    test: t.test.bind(t),
    createProvider: () => ({ ...chainProviders([createEnvironmentProvider({ env: {} }), createEphemeralProvider()]), name: 'chain' }),
  })
})
