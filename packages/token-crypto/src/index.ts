export { type Clock, type EpochMs, systemClock } from './clock.ts'
export * from './errors.ts'
export { assessSecret, type SecretProblem } from './secret/assess-secret.ts'
export { type GenerateSecretOptions, generateSecret } from './secret/generate-secret.ts'
export { Secret } from './secret/secret.ts'
export type { Purpose } from './keyring/derive-key.ts'
export { createKeyId, type KeyId } from './keyring/key-id.ts'
export { createKeyring, type Keyring, type KeyringOptions, type LegacySecret } from './keyring/keyring.ts'
export {
  createLiveKeyring,
  type KeyringListener,
  type LiveKeyring,
  type LiveKeyringOptions,
} from './keyring/live-keyring.ts'
export type { PurposeKey } from './keyring/purpose-keys.ts'
export {
  createSecretVersion,
  type SecretState,
  type SecretVersion,
  type SecretVersionOptions,
} from './keyring/secret-version.ts'
export { open } from './sealed/open.ts'
export type { Place, RowKey } from './sealed/place.ts'
export { seal } from './sealed/seal.ts'
export { inspectSealed, SEALED_OVERHEAD_BYTES, type SealedInfo } from './sealed/sealed-format.ts'
export {
  type CookieSigner,
  type CookieSignerOptions,
  createCookieSigner,
  type UnsignResult,
} from './cookie/cookie-signer.ts'
export { createOwnerTag, ownerTags } from './owner/owner-tag.ts'
