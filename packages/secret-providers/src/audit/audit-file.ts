import { closeSync, constants, fchmodSync, openSync, writeSync } from 'node:fs'
import type { SecretEventListener } from '../manager/events.ts'
import { createAuditTrail } from './audit-trail.ts'

/**
 * Appends each entry to a file as one line of JSON, before anything else happens.
 *
 * Several processes may share the file: an append of one line is not torn by another. Opened anew for each entry, since
 * there are few, so that a file that was moved away by a log rotation is made again.
 *
 * @param path - Made with mode 0600; symbolic links are not followed.
 */
export function createAuditFile(path: string): SecretEventListener {
  const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0)
  return createAuditTrail((entry) => {
    const file = openSync(path, flags, 0o600)
    try {
      if (process.platform !== 'win32') fchmodSync(file, 0o600)
      writeSync(file, `${JSON.stringify(entry)}\n`)
    } finally {
      closeSync(file)
    }
  })
}
