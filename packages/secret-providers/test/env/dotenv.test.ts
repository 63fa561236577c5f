import { chmodSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { createEnvironmentProvider, type SecretSet } from '../../src/index.ts'
import { sampleText, textOf } from '../fixtures/samples.ts'

t.test('a .env file fills in what the environment does not have', async (t) => {
  const [inFile, inEnvironment] = [sampleText(), sampleText()]
  const dotenv = writeDotenv(t, `# a comment\nexport SESSION_SECRET="${inFile}" # kept safe\n`)
  t.equal(primary(await load({ env: {}, dotenv })), inFile)
  t.equal(primary(await load({ env: { SESSION_SECRET: inEnvironment }, dotenv })), inEnvironment)
  const names = await createEnvironmentProvider({ env: {}, dotenv }).explain()
  t.match(names[0], { name: 'SESSION_SECRET', outcome: 'used', from: dotenv })
})

t.test('it is read again at each load, so that a change needs no restart', async (t) => {
  const [before, after] = [sampleText(), sampleText()]
  const dotenv = writeDotenv(t, `SESSION_SECRET=${before}`)
  const provider = createEnvironmentProvider({ env: {}, dotenv })
  t.equal(primary((await provider.load()) as SecretSet), before)
  writeFileSync(dotenv, `SESSION_SECRET=${after}`)
  t.equal(primary((await provider.load()) as SecretSet), after)
})

t.test('no file is no secret', async (t) => {
  t.equal(await createEnvironmentProvider({ env: {}, dotenv: join(t.testdir(), '.env') }).load(), undefined)
})

t.test('the one of the working folder is read unless an environment is given', async (t) => {
  const text = sampleText()
  const before = process.cwd()
  const own = process.env['SESSION_SECRET']
  try {
    delete process.env['SESSION_SECRET']
    process.chdir(join(writeDotenv(t, `SESSION_SECRET=${text}`), '..'))
    t.equal(primary((await createEnvironmentProvider().load()) as SecretSet), text)
    t.equal(await createEnvironmentProvider({ env: {} }).load(), undefined)
    t.equal(await createEnvironmentProvider({ dotenv: false }).load(), undefined)
  } finally {
    process.chdir(before)
    if (own !== undefined) process.env['SESSION_SECRET'] = own
  }
})

t.test('others may not write it; that they may read it is warned of', async (t) => {
  const dotenv = writeDotenv(t, `SESSION_SECRET=${sampleText()}`)
  t.equal((await load({ env: {}, dotenv })).warnings, undefined)
  chmodSync(dotenv, 0o644)
  t.match((await load({ env: {}, dotenv })).warnings, [/can be read by other users. Close it: chmod 600/])
  chmodSync(dotenv, 0o620)
  await t.rejects(load({ env: {}, dotenv }), { code: 'KEYTURN_SECRET_FILE_UNSAFE', message: /chmod 600/ })
})

t.test('a symbolic link or a folder in its place is refused', async (t) => {
  const dotenv = writeDotenv(t, '')
  const link = `${dotenv}.link`
  symlinkSync(dotenv, link)
  await t.rejects(load({ env: {}, dotenv: link }), { code: 'KEYTURN_SECRET_FILE_UNSAFE', message: /symbolic link/ })
  await t.rejects(load({ env: {}, dotenv: join(dotenv, '..') }), { code: 'KEYTURN_SECRET_FILE_UNSAFE', message: /not a regular file/ })
})

function writeDotenv(t: Test, text: string): string {
  const path = join(t.testdir(), '.env')
  writeFileSync(path, text, { mode: 0o600 })
  return path
}

async function load(options: { env: Record<string, string>; dotenv: string }): Promise<SecretSet> {
  return (await createEnvironmentProvider(options).load()) as SecretSet
}

function primary({ versions }: SecretSet): string | undefined {
  return versions[0] && textOf(versions[0])
}
