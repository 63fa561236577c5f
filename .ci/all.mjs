// Tests and checks of a clean checkout; the last line is `N passed, N failed`.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { checks } from './checks.mjs'
import { runChecks, tell } from './runner.mjs'
import { readFailures } from './tap-failures.mjs'
import { readTotals } from './tap-totals.mjs'
import { readWorkspaces, root } from './workspaces.mjs'

const TESTS_LIMIT_SECONDS = 25 * 60

const startedAt = performance.now()
const tree = treeState()
const tested = readWorkspaces().filter(({ manifest }) => manifest.scripts?.test !== undefined)
// What an earlier run left must not count for this one; turbo puts back what it remembers.
for (const workspace of tested) rmSync(resultsOf(workspace), { force: true })

const command = ['npx', '-y', 'pnpm', 'test']
// `timeout` ends the whole process group, where ending npx alone would leave the tests running.
const { status } = spawnSync('timeout', ['--kill-after=30', `${TESTS_LIMIT_SECONDS}`, ...command], { cwd: root, stdio: 'inherit' })
console.log()

const outcomes = [
  asOutcome(tell({ name: command.join(' '), ok: status === 0, detail: `ended with ${status ?? 'a signal'}` })),
  ...tested.map(tellTests),
  runChecks(checks),
  asOutcome(tellTree()),
]
const sum = (key) => outcomes.reduce((total, outcome) => total + outcome[key], 0)
const failed = sum('failed')
// Last, so that whoever sees only the end of a long log sees what to mend.
for (const line of tested.flatMap(failuresOf)) console.log(`not ok ${line}`)
console.log(`\n${((performance.now() - startedAt) / 60_000).toFixed(1)} minutes`)
console.log(`${sum('passed')} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1

function tellTests(workspace) {
  const path = resultsOf(workspace)
  const totals = readTotals(existsSync(path) ? readFileSync(path, 'utf8') : undefined)
  const detail = totals === undefined ? 'no results' : `${totals.passed} passed, ${totals.failed} failed`
  tell({ name: `tests of ${workspace.folder}`, ok: totals?.failed === 0, detail })
  return totals ?? asOutcome(false)
}

function failuresOf(workspace) {
  const path = resultsOf(workspace)
  if (!existsSync(path)) return []
  return readFailures(readFileSync(path, 'utf8')).map((failure) => `${workspace.folder} > ${failure}`)
}

function tellTree() {
  const now = treeState()
  return tell({ name: 'the run changed no file of the repository', ok: now === tree, output: now })
}

function treeState() {
  return execFileSync('git', ['status', '--porcelain'], { cwd: root, encoding: 'utf8' })
}

function resultsOf({ folder }) {
  return join(root, folder, 'test-results.tap')
}

function asOutcome(ok) {
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1 }
}
