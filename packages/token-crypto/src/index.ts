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
export { inspectSealed, type SealedInfo } from './sealed/inspect-sealed.ts'
export { rewrap } from './sealed/rewrap.ts'
export { SEALED_OVERHEAD_BYTES } from './sealed/sealed-format.ts'
export type { JsonValue } from './json/json-value.ts'
export { openJson, sealJson } from './sealed/sealed-json.ts'
export { openText, sealText } from './sealed/sealed-text.ts'
export { deriveFernetKey, type FernetDerivation, INSTAGRAM_OAUTH_DERIVATION } from './fernet/derive-fernet-key.ts'
export { createFernet } from './fernet/fernet.ts'
export { generateFernetKey } from './fernet/fernet-key.ts'
export type { FernetDecoding } from './fernet/fernet-token.ts'
export { createKeyringFernet, type KeyringFernet, type KeyringFernetOptions } from './fernet/keyring-fernet.ts'
export { createMultiFernet, type Fernet, type FernetAge, type FernetMessage, type FernetOptions } from './fernet/multi-fernet.ts'
export {
  type CookieSigner,
  type CookieSignerOptions,
  createCookieSigner,
  type UnsignResult,
} from './cookie/cookie-signer.ts'
export { createOwnerTag, ownerTags } from './owner/owner-tag.ts'
export {
  blindIndexes,
  type BlindIndexOptions,
  type BlindIndexPlace,
  createBlindIndex,
} from './blind-index/blind-index.ts'
export { constantTimeEqual } from './compare/constant-time-equal.ts'
export { createJwtSigner, type JwtSignClaims, type JwtSigner, type JwtSignerOptions } from './jwt/sign-jwt.ts'
export { createJwtVerifier, type JwtClaims, type JwtVerifier, type VerifiedJwt } from './jwt/verify-jwt.ts'
export type { JwtExpectations, JwtVerifierOptions } from './jwt/verify-jwt-options.ts'
export { type PinoRedaction, pinoRedaction } from './redaction/pino-redaction.ts'
export { createRedactor, type Redactor, type RedactorOptions } from './redaction/redactor.ts'
