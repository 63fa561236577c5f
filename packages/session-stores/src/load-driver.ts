import { MissingDriverError } from './errors.ts'

/**
 * Loads an optional peer when it is first needed.
 *
 * @param driver - Its npm name.
 * @throws {MissingDriverError} KEYTURN_DRIVER_MISSING
 */
export async function loadDriver<T>(driver: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (error) {
    if (isMissing(error, driver)) throw new MissingDriverError(driver)
    throw error
  }
}

function isMissing(error: unknown, driver: string): boolean {
  const { code, message } = error as NodeJS.ErrnoException
  return code === 'ERR_MODULE_NOT_FOUND' && message.includes(`'${driver}'`)
}
