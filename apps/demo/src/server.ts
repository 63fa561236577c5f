import { buildApp } from './app.ts'
import { DatabaseSilentError } from './errors.ts'
import { tellSupervisor } from './process/messages.ts'
import { readSettings } from './settings.ts'

// The process that answers the browser: everything it needs comes from the environment that its supervisor set.

process.on('SIGINT', () => {
  // Ctrl-C reaches every process of the terminal; the supervisor ends this one in its turn.
})

try {
  const settings = readSettings(process.env, '.demo')
  const app = await buildApp({ settings, askForRestart: () => tellSupervisor({ kind: 'restart' }) })
  const close = async (): Promise<void> => {
    await app.close()
    process.exit(0)
  }
  process.once('SIGTERM', () => void close())
  // The supervisor is gone, in whatever way.
  process.once('disconnect', () => void close())
  const { status } = await app.ready().then(() => app.secureSession.health())
  if (status !== 'ok') throw new DatabaseSilentError()
  await app.listen({ host: settings.host, port: settings.port })
  const [address] = app.addresses()
  tellSupervisor({ kind: 'listening', port: typeof address === 'object' ? address.port : settings.port })
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException
  tellSupervisor({ kind: 'failed', code: code ?? 'UNKNOWN', message })
  process.exitCode = 1
  process.disconnect?.()
}
