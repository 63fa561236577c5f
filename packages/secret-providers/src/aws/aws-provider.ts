import { createHash, randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { SecretVersion } from '@keyturn/token-crypto'
import { SecretSourceUnavailableError } from '../errors.ts'
import { fingerprint } from '../key-set/fingerprint.ts'
import { formatKeySet } from '../key-set/format-key-set.ts'
import type { KeySet } from '../key-set/key-set.ts'
import { toKeySet, toSecretSet } from '../key-set/to-secret-set.ts'
import type { LoadOptions, ReplaceOutcome, SecretProvider, SecretSet } from '../provider.ts'
import { createAwsClient } from './aws-client.ts'
import { type AwsProviderOptions, resolveAwsOptions } from './aws-options.ts'
import { type AwsState, createAwsReader } from './aws-reader.ts'
import { writeAwsText } from './aws-secret-text.ts'

/** How long reads may lag behind a write that we know of. */
const SETTLE_MS = 10_000
const MAX_REMEMBERED = 16

/**
 * Keeps secrets in AWS Secrets Manager: one secret whose value is a JSON key set. A bare text, or a field of a JSON
 * object, is read too, with AWSPREVIOUS as retiring and AWSPENDING as pending; it becomes a key set at its first change.
 *
 * Needs `@aws-sdk/client-secrets-manager`, which is loaded when it is first used.
 *
 * @throws {TypeError} Names every option that is wrong.
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html
 */
export function createAwsProvider(options: AwsProviderOptions): SecretProvider {
  const resolved = resolveAwsOptions(options)
  const { field, secretName } = resolved
  const source = `AWS Secrets Manager ${resolved.secretId}`
  const client = createAwsClient(resolved, source)
  const reader = createAwsReader(client, resolved, source)
  /** States by the fingerprint of their sets: what a change builds on need not be read again, nor lag behind. */
  const remembered = new Map<string, AwsState>()

  function remember(state: AwsState): SecretSet {
    const key = fingerprint(state.set)
    remembered.delete(key)
    remembered.set(key, state)
    const [oldest] = remembered.keys()
    if (remembered.size > MAX_REMEMBERED && oldest !== undefined) remembered.delete(oldest)
    return state.set
  }

  async function load({ signal }: LoadOptions = {}): Promise<SecretSet | undefined> {
    const state = await reader.read(signal)
    return state === undefined ? undefined : remember(state)
  }

  async function create(version: SecretVersion, { signal }: LoadOptions = {}): Promise<SecretSet> {
    const keySet: KeySet = { versions: [version], createdAt: version.createdAt }
    const text = writeAwsText(formatKeySet(keySet), field, undefined, source)
    // The token is the id of the first version. All who try use the same one, so that only one of them can succeed.
    const token = createHash('sha256').update(`keyturn/v1/first-secret/${secretName}`).digest('hex')
    if (await client.createSecret(text, token, signal)) return remember(toState(keySet, token, text))
    const found = await reader.read(signal)
    if (found !== undefined) return remember(found)
    // There is a secret, and nothing can be read of it: it has no value, or a winner's that is not to be seen yet.
    if ((await client.putPending(text, token, signal)) === 'current') return remember(toState(keySet, token, text))
    return remember(await settle((state) => state, signal))
  }

  async function replace(next: SecretSet, expected: SecretSet, { signal }: LoadOptions = {}): Promise<ReplaceOutcome> {
    const key = fingerprint(expected)
    const before = remembered.get(key) ?? (await reader.read(signal))
    if (before === undefined || fingerprint(before.set) !== key) return 'conflict'
    const keySet = toKeySet(next, before.keySet.createdAt)
    const text = writeAwsText(formatKeySet(keySet), field, before.text, source)
    const versionId = randomUUID()
    await client.putPending(text, versionId, signal)
    if ((await client.moveCurrent(before.currentId, versionId, signal)) === 'refused') {
      // Another was faster, or we were, and the answer got lost on its way.
      const { currentId } = await settle((state) => (state.currentId === before.currentId ? undefined : state), signal)
      if (currentId !== versionId) return 'conflict'
    }
    remember(toState(keySet, versionId, text))
    return 'replaced'
  }

  /** Reads until what we know to be there can be seen. */
  async function settle(accept: (state: AwsState) => AwsState | undefined, signal: AbortSignal | undefined): Promise<AwsState> {
    const endsAt = performance.now() + SETTLE_MS
    for (let delayMs = 50; performance.now() < endsAt; delayMs = Math.min(1000, delayMs * 2)) {
      const state = await reader.read(signal)
      const accepted = state === undefined ? undefined : accept(state)
      if (accepted !== undefined) return accepted
      await sleep(delayMs * (0.5 + Math.random() / 2), undefined, signal === undefined ? {} : { signal })
    }
    throw new SecretSourceUnavailableError(source, `what was written cannot be read after ${SETTLE_MS} ms`)
  }

  function toState(keySet: KeySet, currentId: string, text: string): AwsState {
    return { set: toSecretSet(keySet, source), keySet, currentId, text }
  }

  return Object.freeze({
    name: 'aws',
    place: source,
    supports: Object.freeze({ create: true, rotate: true, watch: false }),
    load,
    create,
    replace,
    async close() {
      client.close()
      remembered.clear()
    },
  })
}
