import { readFileSync, statSync } from 'node:fs'
import { BinaryMissingError } from '../errors.ts'

/** The system's user and group that the server runs as; empty for our own. */
export type PostgresAccount = { readonly uid: number, readonly gid: number } | { readonly uid?: undefined, readonly gid?: undefined }

/**
 * PostgreSQL refuses to run as root. Root runs it as the owner of the data, or as `nobody` when there is none yet.
 *
 * @param dataFolder - Folder of the cluster, there or not.
 */
export function postgresAccount(dataFolder: string): PostgresAccount {
  if (process.getuid?.() !== 0) return {}
  const owner = statSync(dataFolder, { throwIfNoEntry: false })
  if (owner !== undefined && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid }
  return nobody()
}

function nobody(): PostgresAccount {
  const row = readFileSync('/etc/passwd', 'utf8').split('\n').map(line => line.split(':')).find(([name]) => name === 'nobody')
  const [uid, gid] = [Number(row?.[2]), Number(row?.[3])]
  if (Number.isInteger(uid) && uid > 0 && Number.isInteger(gid)) return { uid, gid }
  throw new BinaryMissingError('PostgreSQL does not run as root and this system has no user "nobody": add one, or run as an ordinary user')
}
