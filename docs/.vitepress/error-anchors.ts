import type { MarkdownRenderer } from 'vitepress'

const ERRORS_PAGE = 'reference/errors.md'

/** On the errors page every code in the first cell of a row is an anchor: `/reference/errors#KEYTURN_STORE_CLOSED`. */
export function linkErrorCodes(markdown: MarkdownRenderer): void {
  const render = markdown.renderer.rules.code_inline
  markdown.renderer.rules.code_inline = (tokens, index, options, env, self) => {
    const code = tokens[index]?.content ?? ''
    const html = render?.(tokens, index, options, env, self) ?? `<code>${markdown.utils.escapeHtml(code)}</code>`
    const page = (env as { relativePath?: string }).relativePath
    const isFirst = index === 0 && /^KEYTURN_[A-Z0-9_]+$/.test(code)
    return page === ERRORS_PAGE && isFirst ? `<a class="error-code" id="${code}" href="#${code}">${html}</a>` : html
  }
}
