import { join } from 'node:path'
import { type EpochMs, type LegacySecret, Secret } from '@keyturn/token-crypto'
import { SecretSourceCorruptError } from '../errors.ts'
import { readPrivateFile } from './private-access.ts'

/** Files in which Flowise and its forks keep the raw secret of their session cookies. */
const FLOWISE_FILES: readonly string[] = ['session.secret', 'session.secret.previous', 'express_session_secret.key']

/**
 * Reads Flowise's files as legacy secrets: they verify old cookies until `acceptUntil`, and sign nothing.
 *
 * @throws {SecretSourceCorruptError} KEYTURN_SECRET_SOURCE_CORRUPT: one of them is empty or has several lines.
 */
export async function readFlowiseFiles(folder: string, acceptUntil: EpochMs): Promise<readonly LegacySecret[]> {
  const files = await Promise.all(FLOWISE_FILES.map((name) => readFlowiseFile(join(folder, name))))
  return files.filter((secret) => secret !== undefined).map((secret) => Object.freeze({ secret, acceptUntil }))
}

async function readFlowiseFile(path: string): Promise<Secret | undefined> {
  const file = await readPrivateFile(path)
  if (file === undefined) return undefined
  const text = file.text.trim()
  if (text === '') throw new SecretSourceCorruptError(`file ${path}`, ['it is empty'])
  if (/[\r\n]/.test(text)) throw new SecretSourceCorruptError(`file ${path}`, ['it has more than one line'])
  return Secret.fromText(text)
}
