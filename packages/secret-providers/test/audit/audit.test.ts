import { readFileSync, renameSync, statSync, symlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { type AuditEntry, createAuditFile, createAuditTrail, createFileProvider } from '../../src/index.ts'
import { createTestClock, manage } from '../fixtures/managed.ts'
import { createScriptedProvider, NOW } from '../fixtures/samples.ts'

t.test('each thing that is done to a secret is one entry, in order, with who and when', async (t) => {
  const clock = createTestClock()
  const entries: AuditEntry[] = []
  const source = createScriptedProvider()
  const { manager } = await manage({ providers: [source], clock, onEvent: createAuditTrail((entry) => entries.push(entry)) })
  const first = manager.status().primaryKeyId
  const { pendingKeyId } = await manager.rotate()
  await manager.promote({ early: true })
  await manager.retire({ countReferences: async () => 0 })
  const [dropped] = await manager.compromise()
  source.before = () => {
    throw new Error('down')
  }
  await manager.refresh().catch(() => undefined)
  await manager.close()
  t.match(entries.filter(({ action }) => action !== 'changed'), [
    { action: 'created', at: new Date(NOW).toISOString(), origin: 'scripted', host: hostname(), pid: process.pid, keyIds: [first] },
    { action: 'staged', keyIds: [pendingKeyId] },
    { action: 'promoted', keyIds: [pendingKeyId] },
    { action: 'retired', keyIds: [first] },
    { action: 'compromised', keyIds: [dropped] },
    { action: 'refresh-failed', code: 'KEYTURN_SECRET_SOURCE_UNAVAILABLE' },
  ])
  t.equal(dropped, pendingKeyId)
})

t.test('the file is private, appended to, made again when moved, and holds no secret', async (t) => {
  const folder = t.testdir()
  const path = join(folder, 'audit.log')
  const secrets = join(folder, 'secrets')
  const { manager } = await manage({
    providers: [createFileProvider({ folder: secrets })],
    clock: createTestClock(),
    onEvent: createAuditFile(path),
  })
  t.equal(statSync(path).mode & 0o777, 0o600)
  await manager.rotate({ mode: 'immediate' })
  const before = readFileSync(path, 'utf8')
  t.match(before.trim().split('\n').map((line) => JSON.parse(line).action), ['created', 'changed', 'promoted'])
  renameSync(path, `${path}.1`)
  await manager.rotate()
  const after = readFileSync(path, 'utf8')
  t.match(after.trim().split('\n').map((line) => JSON.parse(line).action), ['changed', 'staged'])
  const stored = JSON.parse(readFileSync(join(secrets, 'session-secrets.json'), 'utf8')) as { keys: { secret: string }[] }
  for (const { secret } of stored.keys) t.notOk((before + after).includes(secret))
  await manager.close()
})

t.test('a symbolic link is not followed', async (t) => {
  const folder = t.testdir()
  symlinkSync(join(folder, 'elsewhere'), join(folder, 'audit.log'))
  const write = createAuditFile(join(folder, 'audit.log'))
  t.throws(() => write({ type: 'overdue', at: NOW, origin: 'x', keyIds: [], dueAt: NOW }), { code: 'ELOOP' })
})
