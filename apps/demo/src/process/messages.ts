/** What the server process tells its supervisor. */
export type ServerMessage =
  | { readonly kind: 'listening', readonly port: number }
  | { readonly kind: 'failed', readonly code: string, readonly message: string }
  | { readonly kind: 'restart' }

export function tellSupervisor(message: ServerMessage): void {
  process.send?.(message)
}
