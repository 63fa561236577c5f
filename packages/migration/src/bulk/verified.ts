import type { BulkReport, SessionReport } from '../report.ts'
import type { SessionRunOptions } from './bulk-options.ts'

/** The report of a run that is done, with what a dry run after it finds still to do. */
export async function verified(
  report: BulkReport,
  { verify = false }: SessionRunOptions,
  dryRun: () => Promise<BulkReport>,
): Promise<SessionReport> {
  if (!verify || report.dryRun || report.state !== 'done') return { ...report, remaining: undefined }
  return { ...report, remaining: (await dryRun()).outcomes.changed }
}
