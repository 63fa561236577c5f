import assert from 'node:assert/strict'
import { createSecretVersion, generateSecret, type SecretVersion } from '@keyturn/token-crypto'
import type { SecretProvider, SecretSet } from '../provider.ts'

/** A first version, as the manager makes it. */
export function sampleVersion(): SecretVersion {
  return createSecretVersion({ secret: generateSecret(), state: 'primary', createdAt: Date.now() })
}

/** What the provider holds, making a first secret where that is possible. */
export async function loadOrCreate(provider: SecretProvider): Promise<SecretSet> {
  const set = (await provider.load()) ?? (await provider.create?.(sampleVersion()))
  assert.ok(set, 'a provider that cannot create holds a secret from the start')
  return set
}

export async function loadSet(provider: SecretProvider): Promise<SecretSet> {
  const set = await provider.load()
  assert.ok(set, 'there is a secret')
  return set
}

export function idsAndStates({ versions }: SecretSet): string[] {
  return versions.map(({ id, state }) => `${id} ${state}`)
}

export function isSame(a: SecretVersion | undefined, b: SecretVersion | undefined): boolean {
  return a !== undefined && b !== undefined && a.id === b.id && a.secret.equals(b.secret)
}
