import type { PageState } from './page-state.ts'

/** The one sentence that answers what the visitor just did. */
export function told({ after, userId }: PageState): string {
  const still = userId === undefined ? 'You are not signed in.' : `You are still signed in as ${userId}.`
  switch (after) {
    case 'signed-in':
      return userId === undefined ? still : `You are signed in as ${userId}.`
    case 'basket':
      return 'The basket changed, and so did its row.'
    case 'staged':
      return 'The next secret waits its turn.'
    case 'rotated':
      return `The secret was rotated. ${still}`
    case 'restarted':
      return `Another process answers now. ${still}`
    case 'signed-out':
      return 'You are signed out, and the row is gone.'
    case 'ended':
      return 'That session has ended.'
    case undefined:
      return ''
  }
}
