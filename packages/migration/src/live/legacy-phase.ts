/**
 * - `reversible`: each session is kept in the old store too, in its format, under cookies that the old application
 *   takes: both applications may run at once, and going back costs nothing.
 * - `forward`: sessions are moved over as their users come, and leave the old store; cookies are issued anew.
 * - `done`: the old store, its cookies and its secret play no part any more.
 */
export type LegacyPhase = 'reversible' | 'forward' | 'done'
