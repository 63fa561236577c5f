import { readPackagePages } from '../.vitepress/package-pages.ts'

export default {
  watch: ['../../packages/*/README.md'],
  paths: () => readPackagePages().map(({ name, markdown }) => ({ params: { name }, content: markdown })),
}
