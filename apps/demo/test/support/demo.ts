import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type NodeProcess, spawnNode } from '@keyturn/testing/processes'
import type { Test } from 'tap'

const MAIN = new URL('../../src/main.ts', import.meta.url)

export interface Demo {
  readonly address: string
  readonly folder: string
  readonly process: NodeProcess
}

type Env = Readonly<Record<string, string | undefined>>

/** A folder that is removed after every teardown: tap removes one first that was asked for before the first of them. */
export function demoFolder(t: Test): string {
  t.teardown(() => {})
  return t.testdir()
}

/** Runs the demo's program as its start script does, without waiting for anything. */
export function runDemo(t: Test, env: Env): Promise<NodeProcess> {
  return spawnNode(MAIN, { env: { HOST: undefined, DATABASE_URL: undefined, PORT: '0', DEMO_FOLDER: env.DEMO_FOLDER ?? demoFolder(t), ...env } })
}

/** The real demo on a free port and in a folder of its own; it ends with the test. */
export async function startDemo(t: Test, env: Env = {}): Promise<Demo> {
  const folder = env.DEMO_FOLDER ?? demoFolder(t)
  const process = await runDemo(t, { DEMO_FOLDER: folder, ...env })
  t.teardown(() => process.kill())
  const [, address = ''] = await process.waitForLine(/Open +(http\S+)/)
  return { address, folder, process }
}

/** Process number of the embedded server, which its own mark tells; `undefined` when it ended in order. */
export function postgresPid(folder: string): number | undefined {
  try {
    return Number.parseInt(readFileSync(join(folder, 'postgres', 'data', 'postmaster.pid'), 'utf8'), 10)
  } catch {
    return undefined
  }
}

/** @returns Whether it came true within 15 seconds. */
export async function waitUntil(holds: () => boolean): Promise<boolean> {
  for (const deadline = performance.now() + 15_000; performance.now() < deadline; await sleep(50)) {
    if (holds()) return true
  }
  return false
}
