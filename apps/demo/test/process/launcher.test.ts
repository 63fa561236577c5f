import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { startUnreaped } from '@keyturn/testing/processes'
import t from 'tap'
import { findLaunchers, isThere } from '../../src/process/launcher.ts'
import { demoFolder, postgresPid, waitUntil } from '../support/demo.ts'

const FOLDER = fileURLToPath(new URL('../..', import.meta.url))

t.test('the launchers are what stands between us and the package manager that was typed', async (t) => {
  const processes = new Map([
    [60, { parent: 50, command: 'sh -c node --conditions=@keyturn/source src/main.ts' }],
    [50, { parent: 40, command: 'pnpm --filter @keyturn/demo run start' }],
    [40, { parent: 30, command: 'node /opt/pnpm/bin/pnpm demo' }],
    [30, { parent: 20, command: "/bin/sh -c 'pnpm' demo" }],
    [20, { parent: 10, command: 'npm exec pnpm demo ' }],
    [10, { parent: 1, command: 'bash -c npm-of-somebody/start' }],
  ])
  const read = (pid: number) => {
    const entry = processes.get(pid)
    return entry === undefined ? undefined : { pid, ...entry }
  }
  t.strictSame(findLaunchers(60, read), [60, 50, 40, 30, 20])
  t.strictSame(findLaunchers(10, read), [], 'a shell alone is none: it may end while the demo goes on')
  t.strictSame(findLaunchers(99, read), [])
})

t.test('a launcher that has ended is gone, though nobody took note of its end', async (t) => {
  await using ended = await startUnreaped()
  t.notOk(isThere(ended.pid))
  t.ok(isThere(process.pid))
  t.ok(isThere(1), 'of another user')
})

t.test('a signal to npx alone ends the demo and its database', async (t) => {
  const folder = demoFolder(t)
  // `-c` takes the pnpm that runs this test: nothing is asked of a registry.
  const npx = spawn('npx', ['-c', 'pnpm run start'], { cwd: FOLDER, detached: true, env: { ...process.env, NODE_OPTIONS: '', PORT: '0', DEMO_FOLDER: folder } })
  const lines = createInterface({ input: npx.stdout })
  for await (const line of lines) if (/Open +http/.test(line)) break
  const pid = postgresPid(folder) ?? 0
  t.ok(isThere(pid))
  npx.kill('SIGTERM')
  t.ok(await waitUntil(() => !isThere(pid)))
  t.ok(await waitUntil(() => postgresPid(folder) === undefined), 'in order')
})
