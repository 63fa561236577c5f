import { existsSync } from 'node:fs'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'tap'
import type { Test } from 'tap'
import { spawnNode } from '../../src/processes/index.ts'
import { isAlive } from '../../src/processes/process-tree.ts'

interface Started {
  readonly ports: number[]
  readonly pids: number[]
  readonly folders: string[]
}

const fixture = new URL('./fixtures/starts-servers.ts', import.meta.url)

async function expectNothingLeft(t: Test, started: Started, mode: string): Promise<void> {
  const deadline = performance.now() + 15_000
  while (started.pids.some(isAlive) || started.folders.some(path => existsSync(path))) {
    if (performance.now() > deadline) break
    await sleep(50)
  }
  t.strictSame(started.pids.filter(isAlive), [], `${mode}: no process is left`)
  t.strictSame(started.folders.filter(path => existsSync(path)), [], `${mode}: no folder is left`)
  for (const port of started.ports) t.equal(await probe(port), 'ECONNREFUSED', `${mode}: nobody listens on the port`)
}

function probe(port: number): Promise<string> {
  return new Promise(resolve => {
    const socket = connect({ port, host: '127.0.0.1' })
    socket.once('connect', () => { socket.destroy(); resolve('connected') })
    socket.once('error', error => resolve((error as NodeJS.ErrnoException).code ?? 'error'))
  })
}

for (const mode of ['running', 'paused']) {
  test(`a test process that is killed leaves no server, child or folder behind (servers ${mode})`, { timeout: 90_000 }, async t => {
    const child = await spawnNode(fixture, { args: [mode] })
    const started = await child.nextMessage({ timeoutMs: 60_000 }) as Started
    t.equal(started.folders.filter(path => existsSync(path)).length, 2, 'there were folders')
    for (const port of started.ports) t.equal(await probe(port), 'connected', 'the servers were there')

    process.kill(child.pid, 'SIGKILL')
    t.strictSame(await child.waitForExit(), { code: null, signal: 'SIGKILL' })
    await expectNothingLeft(t, started, mode)
  })
}

test('a process that ends without stopping its servers leaves nothing either', { timeout: 90_000 }, async t => {
  const child = await spawnNode(fixture)
  const started = await child.nextMessage({ timeoutMs: 60_000 }) as Started
  process.kill(child.pid, 'SIGTERM')
  await child.waitForExit()
  await expectNothingLeft(t, started, 'ended')
})
