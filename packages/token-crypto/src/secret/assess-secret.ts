import type { Secret } from './secret.ts'
import { SECRET_RULES } from './secret-rules.ts'
import { readSecretShape } from './secret-shape.ts'

/** One thing that is wrong with a secret. Holds nothing of the secret itself. */
export interface SecretProblem {
  /** Name of the rule, such as `known-default`. */
  readonly rule: string
  /** What is wrong, one sentence. */
  readonly problem: string
  /** What to do about it, one sentence with the command. */
  readonly remedy: string
}

const REMEDY = `Make a new one with: node -p "crypto.randomBytes(32).toString('base64url')"`

/**
 * Tells what makes a secret guessable: known defaults, under 32 bytes, repeats, sequences, low entropy.
 *
 * What reads as hex or base64 is weighed by what it decodes to: 32 hex digits are 16 bytes.
 * A secret of `generateSecret` has no problems.
 *
 * @returns All problems together; empty when the secret is good.
 */
export function assessSecret(secret: Secret): SecretProblem[] {
  const shape = readSecretShape(secret)
  return SECRET_RULES.filter((rule) => rule.matches(shape)).map((rule) => ({
    rule: rule.name,
    problem: rule.describe(shape),
    remedy: REMEDY,
  }))
}
