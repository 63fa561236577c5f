// `npx -y pnpm check`: everything but the tests.
import { checks } from './checks.mjs'
import { runChecks } from './runner.mjs'

const { passed, failed } = runChecks(checks)
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
