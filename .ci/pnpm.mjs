// How pnpm is started when it has been here before: npx alone asks the registry each time, and waits where that hangs.
import { spawnSync } from 'node:child_process'

const WAYS = [['pnpm'], ['npx', '--offline', '-y', 'pnpm'], ['npx', '-y', 'pnpm']]

/** @type {string[] | undefined} */
let found

/**
 * @param {...string} args
 * @returns {string[]} program and arguments
 */
export function pnpm(...args) {
  found ??= WAYS.find(([program, ...before]) => spawnSync(program, [...before, '--version']).status === 0) ?? WAYS.at(-1)
  return [...found, ...args]
}
