export { createAuditFile } from './audit/audit-file.ts'
export { type AuditEntry, createAuditTrail } from './audit/audit-trail.ts'
export { chainProviders, type ProviderChain } from './chain.ts'
export { createEnvironmentProvider, type EnvironmentProvider } from './env/env-provider.ts'
export type { EnvironmentProviderOptions } from './env/env-options.ts'
export type { ExplainedName } from './env/environment-report.ts'
export { explainEnvironment, formatExplanation } from './env/explain-environment.ts'
export { createProvidersFromEnvironment, type EnvironmentProvidersOptions } from './env/providers-from-environment.ts'
export { createEphemeralProvider } from './ephemeral/ephemeral-provider.ts'
export * from './errors.ts'
export type { FileProviderOptions, FlowiseFilesOptions } from './file/file-options.ts'
export { createFileProvider } from './file/file-provider.ts'
export {
  formatSecretSet,
  isSameSecretSet,
  type ParseSecretSetOptions,
  parseSecretSet,
} from './key-set/stored-secret-set.ts'
export type { EventLogger } from './manager/event-log.ts'
export {
  type KeySummary,
  SECRET_EVENTS_CHANNEL,
  type SecretEvent,
  type SecretEventListener,
  type SecretEventType,
} from './manager/events.ts'
export type { RotationPolicy, SecretManagerOptions } from './manager/manager-options.ts'
export type {
  CompromiseOptions,
  PromoteNowOptions,
  ReferenceCounter,
  RetireOptions,
  RotateOptions,
  RotationResult,
  SecretManager,
  SecretStatus,
} from './manager/manager-types.ts'
export type { NoticeStream } from './notices/notifier.ts'
export type { SecretFault } from './notices/secret-fault.ts'
export type { SealedData } from './notices/warnings.ts'
export {
  type LoadOptions,
  type ProviderCapabilities,
  type ReplaceOutcome,
  type SecretProvider,
  type SecretSet,
  UNKNOWN_AGE,
} from './provider.ts'
export { createSecretManager } from './secret-manager.ts'
export { createStaticProvider, type StaticProviderOptions } from './static/static-provider.ts'
