import { readmeOf, readPackagePages, writePackagePages } from './package-pages.ts'

/** What is used of Vite's server. */
interface DevServer {
  readonly watcher: {
    add(paths: string[]): unknown
    on(event: 'change', listener: (path: string) => void): unknown
  }
  readonly config: { readonly logger: { error(message: string): void } }
}

/** While the site is being written: a README that is saved shows at once. */
export function followReadmes(): { name: string; configureServer(server: DevServer): void } {
  return {
    name: 'keyturn-follow-readmes',
    configureServer({ watcher, config }) {
      watcher.add(readPackagePages().map(({ name }) => readmeOf(name)))
      watcher.on('change', (path) => {
        if (!path.endsWith('README.md')) return
        try {
          writePackagePages()
        } catch (error) {
          config.logger.error(error instanceof Error ? error.message : String(error))
        }
      })
    },
  }
}
