import { renderScreen } from './screen.ts'
import type { SecretFault } from './secret-fault.ts'

/** Prints a new secret wherever Node runs. */
export const GENERATE_COMMAND = `node -e "console.log(require('crypto').randomBytes(32).toString('base64url'))"`

export function renderMissingScreen(asked: readonly string[], hints: readonly string[]): string {
  return renderScreen('Keyturn cannot start: there is no session secret.', [
    'Asked, in this order, and none of them has one:',
    ...asked.map((source) => `  - ${source}`),
    '',
    'Make one, set it as SESSION_SECRET on every instance, and keep it safe:',
    '',
    GENERATE_COMMAND,
    '',
    'Or name a place where Keyturn may make and keep one: SECRETKEY_PATH (a folder',
    'of its own), or SECRETKEY_STORAGE_TYPE=aws for AWS Secrets Manager.',
    ...hints.flatMap((hint) => ['', hint]),
  ])
}

export function renderRefusedScreen(faults: readonly SecretFault[]): string {
  const places = [...new Set(faults.map(({ where }) => where))]
  const needsNew = faults.some(({ remedy }) => remedy === undefined)
  return renderScreen('Keyturn refuses its secrets as they are set.', [
    ...places.flatMap((place) => [place, ...faultLines(faults.filter(({ where }) => where === place)), '']),
    ...(needsNew ? ['Make a new secret with:', '', GENERATE_COMMAND] : []),
  ])
}

function faultLines(faults: readonly SecretFault[]): string[] {
  return faults.map(({ problem, remedy }) => `  - ${problem}${remedy === undefined ? '' : ` ${remedy}`}`)
}
