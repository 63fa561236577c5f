import type { Notice } from './notifier.ts'
import { GENERATE_COMMAND } from './start-screens.ts'

export const EPHEMERAL_NOTICE: Notice = Object.freeze({
  name: 'ephemeral-secret',
  title: 'no session secret is set, so one was made for this run only.',
  details: [
    'Everybody is logged out, and all that was sealed is lost, when this process ends. Other processes do not know it.',
    'Set SESSION_SECRET to a secret that stays, in the environment or in a .env file, or name a folder to keep one ' +
      'in: SECRETKEY_PATH. This command makes one:',
  ],
  command: GENERATE_COMMAND,
})

/** Sealed data that a lost secret would leave unreadable. */
export interface SealedData {
  /** Such as `sessions` or `accounts.access_token`. */
  readonly place: string
  readonly count: number
}

export function createDataLossNotice(found: readonly SealedData[]): Notice {
  return {
    name: 'data-loss',
    title: 'DATA LOSS: sealed data exists, and the secret of this run cannot open it.',
    details: [
      `Found: ${found.map(({ place, count }) => `${count} in ${place}`).join(', ')}.`,
      'It was sealed under a secret that is not set here. Stop, set that secret again, and start: everything opens again. ' +
        'What this run seals is lost when it ends.',
      'If that secret is gone for good, the data cannot be recovered: clear it, and ask its owners to sign in again.',
    ],
  }
}
