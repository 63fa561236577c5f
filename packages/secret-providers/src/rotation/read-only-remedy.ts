import type { EpochMs } from '@keyturn/token-crypto'
import type { SecretSet } from '../provider.ts'

const DAY_MS = 86_400_000

/** How a secret is rotated by hand where it is only read. */
export function remedyForReadOnly({ origin }: SecretSet, now: EpochMs): string {
  const name = /^environment (\w+)$/.exec(origin)?.[1]
  if (name === undefined) return 'Change it where it is set, or use a file or AWS Secrets Manager, which can be rotated.'
  const until = new Date(now + 30 * DAY_MS).toISOString().slice(0, 10)
  return (
    `Set ${name}_NEXT to a new secret on every instance; then make that ${name}, and the old one ${name}_PREVIOUS with ` +
    `${name}_PREVIOUS_UNTIL=${until}. Or keep the secret in a file or in AWS Secrets Manager, which can be rotated.`
  )
}
