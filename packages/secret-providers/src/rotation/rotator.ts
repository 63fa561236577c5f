import type { EpochMs, KeyId } from '@keyturn/token-crypto'
import { RotationNotReadyError, RotationUnsupportedError, UnknownVersionError } from '../errors.ts'
import type { LiveSource } from '../manager/live-source.ts'
import type { ResolvedManagerOptions } from '../manager/manager-options.ts'
import type {
  CompromiseOptions,
  PromoteNowOptions,
  RetireOptions,
  RotateOptions,
  RotationResult,
} from '../manager/manager-types.ts'
import type { SecretSet } from '../provider.ts'
import { type Changed, changeSecrets, type SecretChange } from './change-secrets.ts'
import { allVersions, drop, dropEnded, expel, findPending, findPrimary, promote, stage, startAfresh } from './phases.ts'
import { findNextStep, findPromoteAt, type RotationTimes } from './policy.ts'
import { remedyForReadOnly } from './read-only-remedy.ts'
import { assertUnused, findUnused } from './references.ts'

export type RotatorEvent = 'staged' | 'promoted' | 'retired' | 'compromised'

export interface RotatorOptions {
  readonly source: LiveSource
  readonly options: ResolvedManagerOptions
  readonly times: RotationTimes
  /** The source was changed by us. */
  onChanged(event: RotatorEvent, keyIds: readonly KeyId[]): void
  /** The source was read, and not changed by us. */
  onRead(): void
}

export interface Rotator {
  rotate(options?: RotateOptions): Promise<RotationResult>
  promote(options?: PromoteNowOptions): Promise<RotationResult>
  retire(options?: RetireOptions): Promise<readonly KeyId[]>
  compromise(options?: CompromiseOptions): Promise<readonly KeyId[]>
  /** Does the step that is due, if it still is when the source has been read. */
  takeDueStep(): Promise<void>
}

/** The moves of a secret's life, each one compare-and-set on the source. */
export function createRotator({ source, options, times, onChanged, onRead }: RotatorOptions): Rotator {
  const { clock, graceMs } = options

  async function change(make: SecretChange): Promise<Changed> {
    const { current, provider } = source
    if (current !== undefined && !provider?.supports.rotate) {
      throw new RotationUnsupportedError(current.origin, remedyForReadOnly(current, clock.now()))
    }
    try {
      return await changeSecrets(source, make)
    } finally {
      onRead()
    }
  }

  function promoteSet(set: SecretSet): SecretSet {
    return promote(set, { now: clock.now(), graceMs })
  }

  async function rotateAtOnce(): Promise<RotationResult> {
    const { after } = await change((set) => promoteSet(findPending(set) === undefined ? stage(set, clock.now()) : set))
    onChanged('promoted', [findPrimary(after).id])
    return describe(after, 'promoted')
  }

  async function stageOnly(): Promise<RotationResult> {
    const { after, changed } = await change((set) => (findPending(set) === undefined ? stage(set, clock.now()) : undefined))
    if (changed) onChanged('staged', pendingIds(after))
    return describe(after, 'staged')
  }

  function describe(set: SecretSet, outcome: RotationResult['outcome']): RotationResult {
    const pending = findPending(set)
    const promoteAt = findPromoteAt(set, times)
    return Object.freeze({
      outcome,
      primaryKeyId: findPrimary(set).id,
      ...(pending === undefined ? {} : { pendingKeyId: pending.id }),
      ...(promoteAt === undefined ? {} : { promoteAt }),
    })
  }

  async function promoteNow({ early = false }: PromoteNowOptions = {}): Promise<RotationResult> {
    const { after } = await change((set) => {
      if (findPending(set) === undefined) throw new RotationNotReadyError('No secret is pending. Begin with rotate().')
      if (!early) assertPropagated(findPromoteAt(set, times), clock.now())
      return promoteSet(set)
    })
    onChanged('promoted', [findPrimary(after).id])
    return describe(after, 'promoted')
  }

  async function retire({ keyId, countReferences }: RetireOptions = {}): Promise<readonly KeyId[]> {
    await source.load()
    const set = source.current as SecretSet
    const now = clock.now()
    const going = keyId === undefined ? await findUnused(set, countReferences) : [keyId]
    if (keyId !== undefined) await assertUnused(set, keyId, { now, ...(countReferences === undefined ? {} : { countReferences }) })
    const { before, after } = await change((latest) => drop(dropEnded(latest, now), new Set(going)))
    return report('retired', before, after)
  }

  async function compromise({ keyId }: CompromiseOptions = {}): Promise<readonly KeyId[]> {
    const { before, after } = await change((set) => {
      if (keyId === undefined) return startAfresh(set, clock.now())
      if (!allVersions(set).some(({ id }) => id === keyId)) throw new UnknownVersionError(keyId)
      return expel(set, keyId, clock.now())
    })
    const dropped = report('compromised', before, after)
    const kept = keyId === undefined ? allVersions(before).filter(({ id }) => !dropped.includes(id)) : []
    if (kept.length > 0 || (keyId !== undefined && !dropped.includes(keyId))) {
      throw new RotationUnsupportedError(after.origin, 'A part of it comes from a read-only source: remove it there, too.')
    }
    return dropped
  }

  function report(event: 'retired' | 'compromised', before: SecretSet, after: SecretSet): readonly KeyId[] {
    const left = new Set(allVersions(after).map(({ id }) => id))
    const gone = [...new Set(allVersions(before).map(({ id }) => id))].filter((id) => !left.has(id))
    if (gone.length > 0) onChanged(event, gone)
    return Object.freeze(gone)
  }

  async function takeDueStep(): Promise<void> {
    let step = 'wait'
    const { before, after, changed } = await change((set) => {
      ;({ step } = findNextStep(set, times, clock.now()))
      if (step === 'promote') return promoteSet(set)
      if (step === 'drop-ended') return dropEnded(set, clock.now())
      return step === 'stage' ? stage(set, clock.now()) : undefined
    })
    if (!changed) return
    if (step === 'promote') onChanged('promoted', [findPrimary(after).id])
    else if (step === 'stage') onChanged('staged', pendingIds(after))
    else report('retired', before, after)
  }

  return {
    rotate: ({ mode = 'staged' }: RotateOptions = {}) => (mode === 'immediate' ? rotateAtOnce() : stageOnly()),
    promote: promoteNow,
    retire,
    compromise,
    takeDueStep,
  }
}

function assertPropagated(promoteAt: EpochMs | undefined, now: EpochMs): void {
  if (promoteAt === undefined) {
    throw new RotationNotReadyError('The pending secret was staged elsewhere. Let that come to its end, or promote early.')
  }
  if (promoteAt <= now) return
  const when = new Date(promoteAt).toISOString()
  throw new RotationNotReadyError(`Not every instance may know the pending secret before ${when}. Wait, or promote early.`)
}

function pendingIds(set: SecretSet): KeyId[] {
  return allVersions(set)
    .filter(({ state }) => state === 'pending')
    .map(({ id }) => id)
}
