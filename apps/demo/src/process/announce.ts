import { relative } from 'node:path'
import type { Settings } from '../settings.ts'

/** What the terminal shows once the demo answers. */
export function announce(port: number, settings: Settings): string {
  const database = settings.databaseUrl === undefined
    ? `PostgreSQL, embedded, its data in ${short(settings.folder)}`
    : `PostgreSQL at ${new URL(settings.databaseUrl).host}`
  return `
  Keyturn demo

    Open      ${addressOf(settings.host, port)}
    Database  ${database}
    Secret    ${short(settings.secretFile)}

  Ctrl-C ends the demo; sessions and secret are kept.
`
}

export function portIsTaken({ host, port }: Settings): string {
  return `Port ${port} on ${host} is taken; perhaps the demo runs already.
Choose another one: PORT=${port === 65_535 ? port - 1 : port + 1} npx -y pnpm demo`
}

export function cannotListen({ host, port }: Settings, code: string): string {
  return `Cannot listen on ${host}, port ${port} (${code}).
Choose another place: HOST=127.0.0.1 PORT=8080 npx -y pnpm demo`
}

export function folderIsTaken({ folder }: Settings): string {
  return `Another demo uses the data in ${short(folder)}.
End it, or take another folder: DEMO_FOLDER=/tmp/another-demo npx -y pnpm demo`
}

function addressOf(host: string, port: number): string {
  if (host === '0.0.0.0' || host === '::') return `http://localhost:${port}`
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

// Seen from the folder where the command was typed: pnpm runs us in the package's own.
function short(path: string): string {
  const fromHere = relative(process.env.INIT_CWD ?? process.cwd(), path)
  return fromHere.startsWith('..') ? path : fromHere
}
