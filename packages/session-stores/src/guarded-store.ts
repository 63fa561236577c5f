import { StoreClosedError, StoreUnsupportedError } from './errors.ts'
import { problemOfKey, problemOfPut, problemOfTag, problemOfTime } from './record-rules.ts'
import type { SessionStore, StoreCapabilities, StoredSession, StoreKey } from './store.ts'

/**
 * Wraps a store so that arguments are checked once, at the edge: wrong ones reject with a `TypeError`, calls after
 * `close` with `KEYTURN_STORE_CLOSED`, and what `supports` denies is absent. Every store of this package is wrapped;
 * wrap your own the same way and write it without checks.
 */
export function createGuardedStore(inner: SessionStore): SessionStore {
  const supports = Object.freeze({ ...inner.supports })
  assertComplete(inner, supports)
  let closing: Promise<void> | undefined
  let closed = false

  /** `undefined` when the call may go on. */
  function refusal(problem: string | undefined): Error | undefined {
    if (closed) return new StoreClosedError(inner.name)
    return problem === undefined ? undefined : new TypeError(problem)
  }

  const core: SessionStore = {
    name: inner.name,
    supports,
    get(key) {
      const refused = refusal(problemOfKey(key))
      return refused === undefined ? inner.get(key) : Promise.reject(refused)
    },
    put(key, record, expected) {
      const refused = refusal(problemOfPut(key, record, expected))
      return refused === undefined ? inner.put(key, record, expected) : Promise.reject(refused)
    },
    touch(key, expiresAt) {
      const refused = refusal(problemOfKey(key) ?? problemOfTime('expiresAt', expiresAt))
      return refused === undefined ? inner.touch(key, expiresAt) : Promise.reject(refused)
    },
    destroy(key) {
      const refused = refusal(problemOfKey(key))
      return refused === undefined ? inner.destroy(key) : Promise.reject(refused)
    },
    ping() {
      const refused = refusal(undefined)
      return refused === undefined ? inner.ping() : Promise.reject(refused)
    },
    close() {
      closed = true
      closing ??= inner.close()
      return closing
    },
  }
  return Object.freeze({ ...core, ...guardOptional(inner, refusal), ...guardUndeclared(inner, refusal) })
}

type Refusal = (problem: string | undefined) => Error | undefined
type OptionalMethods = Pick<SessionStore, 'scan' | 'listByOwner' | 'destroyByOwner' | 'prune' | 'statistics'>

function guardOptional(inner: SessionStore, refusal: Refusal): OptionalMethods {
  const guarded: { -readonly [Name in keyof OptionalMethods]: OptionalMethods[Name] } = {}
  if (inner.supports.scan) guarded.scan = (options) => guardScan(inner, refusal, options)
  if (inner.supports.owners) {
    guarded.listByOwner = (tag) => run(refusal(problemOfTag(tag)), () => method(inner, 'listByOwner')(tag))
    guarded.destroyByOwner = (tag, options) => {
      const problem = problemOfTag(tag) ?? (options?.except === undefined ? undefined : problemOfKey(options.except))
      return run(refusal(problem), () => method(inner, 'destroyByOwner')(tag, options))
    }
  }
  if (inner.supports.prune) {
    guarded.prune = (options) => run(refusal(problemOfBatch(options)), () => method(inner, 'prune')(options))
  }
  if (inner.supports.statistics) {
    guarded.statistics = () => run(refusal(undefined), () => method(inner, 'statistics')())
  }
  return guarded
}

/** Methods that no capability declares: they are there, or whoever needs them does without. */
function guardUndeclared(
  inner: SessionStore,
  refusal: Refusal,
): Pick<SessionStore, 'putNewer' | 'findLive' | 'reindex' | 'generation' | 'onDisconnect' | 'watch' | 'estimate'> {
  const { putNewer, findLive, reindex, generation, onDisconnect, watch, estimate } = inner
  return {
    ...(putNewer === undefined
      ? {}
      : { putNewer: (sessions) => run(refusal(problemOfSessions(sessions)), () => putNewer.call(inner, sessions)) }),
    ...(findLive === undefined
      ? {}
      : { findLive: (keys) => run(refusal(problemOfKeys('findLive', keys)), () => findLive.call(inner, keys)) }),
    ...(reindex === undefined
      ? {}
      : { reindex: (keys) => run(refusal(problemOfKeys('reindex', keys)), () => reindex.call(inner, keys)) }),
    ...(generation === undefined ? {} : { generation: () => run(refusal(undefined), () => generation.call(inner)) }),
    ...(estimate === undefined ? {} : { estimate: () => run(refusal(undefined), () => estimate.call(inner)) }),
    ...(onDisconnect === undefined ? {} : { onDisconnect: (listener) => onDisconnect.call(inner, listener) }),
    ...(watch === undefined ? {} : { watch: (listener) => run(refusal(undefined), () => watch.call(inner, listener)) }),
  }
}

function problemOfKeys(caller: string, keys: readonly StoreKey[]): string | undefined {
  if (!Array.isArray(keys)) return `${caller} takes an array of keys.`
  return keys.map(problemOfKey).find((problem) => problem !== undefined)
}

function problemOfSessions(sessions: unknown): string | undefined {
  if (!Array.isArray(sessions)) return 'putNewer takes an array of sessions.'
  for (const { key, record } of sessions as StoredSession[]) {
    const problem = problemOfPut(key, record, 'any')
    if (problem !== undefined) return problem
  }
  return undefined
}

async function* guardScan(
  inner: SessionStore,
  refusal: Refusal,
  options: Parameters<NonNullable<SessionStore['scan']>>[0],
): AsyncIterable<StoredSession> {
  const refused = refusal(problemOfBatch(options))
  if (refused !== undefined) throw refused
  for await (const session of method(inner, 'scan')(options)) {
    yield session
    const stopped = refusal(undefined)
    if (stopped !== undefined) throw stopped
  }
}

function run<T>(refused: Error | undefined, call: () => Promise<T>): Promise<T> {
  return refused === undefined ? call() : Promise.reject(refused)
}

function method<Name extends keyof OptionalMethods>(inner: SessionStore, name: Name): NonNullable<OptionalMethods[Name]> {
  const found = inner[name]
  if (found === undefined) throw new StoreUnsupportedError(inner.name, name)
  return found.bind(inner) as NonNullable<OptionalMethods[Name]>
}

function problemOfBatch(options: { readonly batchSize?: number } | undefined): string | undefined {
  const size = options?.batchSize
  if (size === undefined || (Number.isSafeInteger(size) && size > 0)) return undefined
  return 'batchSize is a whole number, 1 or more.'
}

const METHODS_OF: Readonly<Record<keyof StoreCapabilities, readonly (keyof OptionalMethods)[]>> = {
  scan: ['scan'],
  owners: ['listByOwner', 'destroyByOwner'],
  prune: ['prune'],
  statistics: ['statistics'],
  durable: [],
  shared: [],
}

/** A capability that is declared and not there would show only when it is needed. */
function assertComplete(inner: SessionStore, supports: StoreCapabilities): void {
  for (const [capability, names] of Object.entries(METHODS_OF)) {
    if (!supports[capability as keyof StoreCapabilities]) continue
    for (const name of names) {
      if (typeof inner[name] === 'function') continue
      throw new TypeError(`createGuardedStore: the ${inner.name} store supports ${capability}, but has no method ${name}.`)
    }
  }
}
