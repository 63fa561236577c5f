import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createFakeClock } from '@keyturn/testing/clock'
import { systemClock } from '@keyturn/token-crypto'
import t, { type Test } from 'tap'
import { watchFile } from '../../src/file/file-watcher.ts'
import { createFileProvider } from '../../src/index.ts'
import { untilLookedAt } from '../fixtures/looked-at.ts'
import { stage } from '../../src/rotation/phases.ts'
import { NOW, sampleVersion } from '../fixtures/samples.ts'

t.test('a file that is made, replaced and removed is told of at once', async (t) => {
  const { path, changes, settle } = watched(t)
  await settle()
  writeFileSync(path, 'one')
  await changes.next()
  writeFileSync(`${path}.new`, 'two')
  renameSync(`${path}.new`, path)
  await changes.next()
  rmSync(path)
  await changes.next()
  t.pass('three changes')
})

t.test('other files of the folder are none of its business', async (t) => {
  const { path, changes, settle } = watched(t)
  await settle()
  writeFileSync(`${path}.other`, 'x')
  await settle()
  t.equal(changes.count, 0)
})

t.test('where nothing is told, looking finds it: a folder that comes later', async (t) => {
  const folder = join(t.testdir(), 'later')
  const path = join(folder, 'file')
  const clock = createFakeClock()
  const changes = createChanges()
  const end = watchFile({ path, pollMs: 1000, clock, onChange: changes.onChange })
  await untilLookedAt(path)
  mkdirSync(folder)
  writeFileSync(path, 'x')
  await clock.advance(1000)
  await changes.next()
  end()
  t.equal(clock.pendingTimers, 0)
})

t.test('nothing is told after the end', async (t) => {
  const { path, changes, settle, end } = watched(t)
  await settle()
  end()
  writeFileSync(path, 'one')
  await settle()
  t.equal(changes.count, 0)
})

t.test('a provider tells of what another one wrote, and stops when closed', async (t) => {
  const folder = join(t.testdir(), 'secrets')
  const writer = createFileProvider({ folder })
  const set = await writer.create?.(sampleVersion())
  if (set === undefined) return
  const reader = createFileProvider({ folder })
  const changes = createChanges()
  reader.watch?.(changes.onChange)
  await untilLookedAt(join(folder, 'session-secrets.json'))
  await writer.replace?.(stage(set, NOW), set)
  await changes.next()
  await reader.close?.()
  const { count } = changes
  const next = await writer.load()
  if (next !== undefined) await writer.replace?.({ ...next, legacySecrets: [] }, next)
  await new Promise((resolve) => setTimeout(resolve, 50))
  t.equal(changes.count, count)
})

function watched(t: Test) {
  const path = join(t.testdir(), 'file')
  const changes = createChanges()
  const end = watchFile({ path, pollMs: 60_000, clock: systemClock, onChange: changes.onChange })
  t.teardown(end)
  const settle = async (): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, 100))
    await untilLookedAt(path)
  }
  return { path, changes, settle, end }
}

function createChanges() {
  let taken = 0
  let waiting: (() => void) | undefined
  const changes = {
    count: 0,
    onChange() {
      changes.count++
      waiting?.()
    },
    /** The next change that no call has had yet, or a failure after half a minute. */
    async next(): Promise<void> {
      if (taken < changes.count) {
        taken = changes.count
        return
      }
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error('no change was told')), 30_000)
        waiting = () => {
          clearTimeout(timer)
          taken = changes.count
          resolve()
        }
      })
    },
  }
  return changes
}
