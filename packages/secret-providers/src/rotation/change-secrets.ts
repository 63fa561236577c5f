import { RotationConflictError } from '../errors.ts'
import { fingerprint } from '../key-set/fingerprint.ts'
import type { LiveSource } from '../manager/live-source.ts'
import type { SecretSet } from '../provider.ts'

/** Makes the next set from what is there. `undefined`, or the same set: nothing is to be done. */
export type SecretChange = (set: SecretSet) => SecretSet | undefined

export interface Changed {
  readonly before: SecretSet
  readonly after: SecretSet
  readonly changed: boolean
}

const ATTEMPTS = 8

/**
 * Reads, changes and writes back, until nobody came between.
 *
 * @throws {RotationConflictError} KEYTURN_ROTATION_CONFLICT: others came between each time.
 */
export async function changeSecrets(source: LiveSource, change: SecretChange): Promise<Changed> {
  await source.load()
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const before = source.current as SecretSet
    const next = change(before)
    if (next === undefined || fingerprint(next) === fingerprint(before)) return { before, after: before, changed: false }
    if ((await source.replace(next)) === 'replaced') return { before, after: source.current as SecretSet, changed: true }
  }
  throw new RotationConflictError((source.current as SecretSet).origin, ATTEMPTS)
}
