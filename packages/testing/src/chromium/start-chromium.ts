import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import type { Binary } from '../binaries/binary-role.ts'
import { findBinary } from '../binaries/find-binary.ts'
import { StartFailedError } from '../errors.ts'
import { createTemporaryFolder } from '../folders/temporary-folder.ts'
import { startManagedProcess } from '../processes/managed-process.ts'
import { chromiumRole } from './chromium-binary.ts'

export interface ChromiumOptions {
  /** Further flags of the browser. */
  readonly args?: readonly string[]
  /** Milliseconds for the browser to become ready. Default: 60 000. */
  readonly startTimeoutMs?: number
}

const FLAGS = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--disable-default-apps', '--disable-extensions', '--no-first-run',
  '--no-default-browser-check', '--password-store=basic', '--use-mock-keychain', '--remote-debugging-port=0',
]

/**
 * Starts a browser with an empty profile. Its `close` ends the process and removes the profile; both go at the latest
 * with this process, however that ends.
 *
 * @throws {StartFailedError} KEYTURN_TESTING_START_FAILED: not ready in time; with the browser's last lines.
 * @throws {BinaryMissingError} KEYTURN_TESTING_BINARY_MISSING: no Chromium was found or could be fetched.
 */
export async function startChromium({ args = [], startTimeoutMs = 60_000 }: ChromiumOptions = {}): Promise<Browser> {
  if (!(Number.isFinite(startTimeoutMs) && startTimeoutMs > 0)) throw new TypeError('startChromium: startTimeoutMs must be a finite number above zero')
  const [{ chromium }, binary] = await Promise.all([import('playwright-core'), findBinary(chromiumRole)])
  const profile = createTemporaryFolder('chromium')
  const running = await startManagedProcess({
    command: binary.command,
    args: [...binary.args, ...FLAGS, `--user-data-dir=${profile.path}`, ...args],
    env: { ...process.env, ...binary.env, ...fonts(binary, profile.path) },
    endSignal: 'SIGKILL',
  })
  const end = async (): Promise<void> => {
    await running.end({ signal: 'SIGKILL', timeoutMs: 10_000 })
    await profile.remove()
  }
  try {
    const [, endpoint = ''] = await running.output.waitFor(/^DevTools listening on (ws:\S+)/, { timeoutMs: startTimeoutMs })
    const browser = await chromium.connectOverCDP(endpoint)
    const disconnect = browser.close.bind(browser)
    browser.close = async options => {
      await disconnect(options)
      await end()
    }
    return browser
  } catch (cause) {
    await end()
    throw new StartFailedError(`Chromium did not become ready. It printed:\n${running.output.lines.join('\n')}`, { cause })
  }
}

/** A system without fonts of its own gets those that came with the browser. */
function fonts(binary: Binary, folder: string): Record<string, string> {
  if (binary.root === undefined || existsSync('/etc/fonts/fonts.conf')) return {}
  const path = join(folder, 'fonts.conf')
  writeFileSync(path, `<?xml version="1.0"?>
<fontconfig><dir>${binary.root}/usr/share/fonts</dir><cachedir>${folder}/fonts</cachedir></fontconfig>
`)
  return { FONTCONFIG_FILE: path }
}
