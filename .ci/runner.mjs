// Runs one check after another, says of each how it went, and never stops early.
import { spawnSync } from 'node:child_process'
import { delimiter, join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { root } from './workspaces.mjs'

const CHECK_LIMIT_MS = 5 * 60_000
const KEPT_OUTPUT_BYTES = 64 * 1024 * 1024

// The tools of the workspace, and its Node, whatever Node runs this file.
const env = {
  ...process.env,
  PATH: [join(root, 'node_modules/.bin'), process.env.PATH].join(delimiter),
}

/**
 * @typedef {object} Check
 * @property {string} name
 * @property {() => string[][]} commands - Each as its program and arguments; all of them run, one failing fails the check.
 */

/**
 * @param {Check[]} checks
 * @returns {{ passed: number, failed: number }}
 */
export function runChecks(checks) {
  const outcomes = checks.map(runCheck)
  const passed = outcomes.filter(Boolean).length
  return { passed, failed: outcomes.length - passed }
}

/** Says how one check went; output is worth showing only where it failed. */
export function tell({ name, ok, detail = '', output = '' }) {
  if (!ok && output.trim() !== '') console.log(`\n${stripVTControlCharacters(output).trim()}\n`)
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${name}${detail === '' ? '' : ` (${detail})`}`)
  return ok
}

function runCheck({ name, commands }) {
  const startedAt = performance.now()
  const output = commandsOf(commands).map(outputOfFailed).filter((text) => text !== undefined)
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  return tell({ name, ok: output.length === 0, detail: `${seconds} s`, output: output.join('\n') })
}

/** A check that finds nothing to look at has lost its subject: that is a failure. */
function commandsOf(commands) {
  const list = commands()
  return list.length > 0 ? list : [['false']]
}

function outputOfFailed([program, ...args]) {
  const { status, signal, error, stdout, stderr } = spawnSync(program, args, {
    cwd: root,
    env,
    encoding: 'utf8',
    timeout: CHECK_LIMIT_MS,
    maxBuffer: KEPT_OUTPUT_BYTES,
  })
  if (status === 0) return undefined
  const end = error === undefined ? `ended with ${signal ?? status}` : error.message
  return `$ ${[program, ...args].join(' ')}\n${stdout ?? ''}${stderr ?? ''}${end}`
}
