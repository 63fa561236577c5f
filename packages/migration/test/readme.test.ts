import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { spawnNode } from '@keyturn/testing/processes'
import t from 'tap'
import * as errors from '../src/errors.ts'
import { fernetOf, makeAccounts, openDatabase } from './support/accounts.ts'
import { secretText } from './support/secrets.ts'

const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')

t.test('the smallest example of the README works as it stands', async (t) => {
  const example = /## Usage\n+```ts\n(?<code>[\s\S]*?)```/.exec(readme)?.groups?.['code'] ?? ''
  const { url, sql } = await openDatabase(t)
  await makeAccounts(sql, await fernetOf('old'), 30)
  const script = join(import.meta.dirname, `readme-example-${process.pid}.ts`)
  await writeFile(script, `${example}\nconsole.log('changed', report.outcomes.changed, 'of', plan.outcomes.changed)\n`)
  t.teardown(() => rm(script))
  const child = await spawnNode(script, { env: { DATABASE_URL: url, NEW_SECRET: secretText('new'), OLD_SECRET: secretText('old') } })
  t.teardown(() => child.kill())
  await child.waitForLine(/^changed 30 of 30$/)
  const [row] = await sql`select access_token_encrypted as token from accounts where id = 7`
  t.equal((await fernetOf('new')).decrypt(row?.['token']).toString(), 'token 7')
})

t.test('every error code stands in the README, and no other', async (t) => {
  const written = new Set(readme.match(/`KEYTURN_MIGRATION_[A-Z_]+`/g)?.map((code) => code.slice(1, -1)))
  const source = await readFile(new URL('../src/errors.ts', import.meta.url), 'utf8')
  const thrown = new Set([...source.matchAll(/code = '(KEYTURN_[A-Z_]+)'/g)].map(([, code]) => code))
  t.same(written, thrown)
  t.equal(thrown.size, Object.keys(errors).length)
})
