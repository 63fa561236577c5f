import { createFileProvider, createProvidersFromEnvironment, createSecretManager, type SecretManager, type SecretProvider } from '@keyturn/secret-providers'
import type { FastifyBaseLogger } from 'fastify'
import type { ResolvedSessionOptions } from './options/resolved-options.ts'

/** Loads or makes the secret. Rejects in production where there is none, and where a source is out of reach. */
export async function openSecrets(options: ResolvedSessionOptions, log: FastifyBaseLogger): Promise<SecretManager> {
  return createSecretManager({
    providers: options.secrets ?? (await defaultProviders(options)),
    environment: options.environment,
    logger: log,
  })
}

async function defaultProviders({ env, secretFile }: ResolvedSessionOptions): Promise<SecretProvider[]> {
  const named = await createProvidersFromEnvironment({ env })
  return secretFile === undefined ? named : [...named, createFileProvider({ path: secretFile })]
}
