import { createContentLoader } from 'vitepress'

interface Decision {
  readonly url: string
  readonly title: string
  readonly summary: string
}

export declare const data: readonly Decision[]

/** Every page of this folder; one without title or summary fails the build. */
export default createContentLoader('decisions/!(index).md', {
  transform: (pages): readonly Decision[] => pages.map(({ url, frontmatter }) => ({ url, ...readHead(url, frontmatter) })),
})

function readHead(url: string, { title, summary }: Record<string, unknown>): { title: string; summary: string } {
  if (typeof title !== 'string' || typeof summary !== 'string') throw new Error(`${url} needs a title and a summary`)
  return { title, summary }
}
