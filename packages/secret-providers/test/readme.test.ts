import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { spawnNode } from '@keyturn/testing/processes'
import t, { type Test } from 'tap'
import { testConformance } from '../src/conformance/index.ts'
import * as errors from '../src/errors.ts'
import type { SecretProvider } from '../src/index.ts'
import { sampleText } from './fixtures/samples.ts'

t.setTimeout(60_000)

const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
const blocks = [...readme.matchAll(/^```ts(?<mark>[^\n]*)\n(?<code>[\s\S]*?)^```$/gm)].map(({ groups }) => ({
  mark: groups?.['mark']?.trim() ?? '',
  code: groups?.['code'] ?? '',
}))

t.test('the examples run as they stand and print what they say', async (t) => {
  const examples = blocks.filter(({ mark }) => mark === '')
  t.equal(examples.length, 4)
  for (const { code } of examples) {
    const lines = await run(t, code)
    const promised = [...code.matchAll(/console\.log\(.*\) \/\/ (?<output>.*)$/gm)].map(({ groups }) => groups?.['output'])
    for (const output of promised) t.ok(lines.includes(output ?? ''), `prints ${output}`)
  }
})

t.test('the provider of the README passes the suite', async (t) => {
  const [example] = blocks.filter(({ mark }) => mark === 'provider')
  const script = await writeExample(t, example?.code ?? '')
  const { createStoreProvider } = (await import(script)) as { createStoreProvider: (store: MemoryStore, key: string) => SecretProvider }
  const stores = new WeakMap<SecretProvider, MemoryStore>()
  const create = (store: MemoryStore): SecretProvider => {
    const provider = createStoreProvider(store, 'session')
    stores.set(provider, store)
    return provider
  }
  testConformance({
    test: t.test.bind(t),
    createProvider: () => create(createMemoryStore()),
    connect: (provider) => create(stores.get(provider) ?? createMemoryStore()),
  })
})

t.test('every error code stands in the README, and no other', async (t) => {
  const source = await readFile(new URL('../src/errors.ts', import.meta.url), 'utf8')
  const thrown = new Set([...source.matchAll(/code = '(KEYTURN_[A-Z_]+)'/g)].map(([, code]) => code))
  const written = new Set([...readme.matchAll(/^\| `(KEYTURN_[A-Z_]+)` \|/gm)].map(([, code]) => code))
  t.same(written, thrown)
  t.equal(thrown.size, Object.keys(errors).length)
})

t.test('every option stands in the README', async (t) => {
  for (const file of ['manager/manager-options.ts', 'file/file-options.ts', 'aws/aws-options.ts']) {
    const source = await readFile(new URL(`../src/${file}`, import.meta.url), 'utf8')
    const declared = source.slice(0, source.indexOf('export interface Resolved'))
    const names = [...declared.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, name = '']) => name)
    t.ok(names.length > 0)
    t.strictSame(names.filter((name) => !new RegExp(`\`([\\w.]+\\.)?${name}[\`.]`).test(readme)), [])
  }
})

interface MemoryStore {
  get(key: string): Promise<{ text: string; revision: number } | undefined>
  set(key: string, text: string, expectedRevision: number): Promise<boolean>
}

function createMemoryStore(): MemoryStore {
  const values = new Map<string, { text: string; revision: number }>()
  return {
    get: async (key) => values.get(key),
    async set(key, text, expectedRevision) {
      const { revision } = values.get(key) ?? { revision: 0 }
      if (revision !== expectedRevision) return false
      values.set(key, { text, revision: revision + 1 })
      return true
    },
  }
}

/** Runs in an empty folder, in production, with a secret in the environment. */
async function run(t: Test, code: string): Promise<readonly string[]> {
  const script = await writeExample(t, code)
  const child = await spawnNode(script, { cwd: join(script, '..', 'empty'), env: { SESSION_SECRET: sampleText(), NODE_ENV: 'production' } })
  const { code: exitCode } = await child.waitForExit()
  t.equal(exitCode, 0, child.lines.join('\n'))
  return child.lines
}

/** Below this package, so that its own name resolves. */
async function writeExample(t: Test, code: string): Promise<string> {
  const folder = t.testdir({ empty: {} })
  const script = join(folder, 'example.ts')
  await writeFile(script, code)
  return script
}
