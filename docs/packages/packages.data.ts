import { readPackagePages } from '../.vitepress/package-pages.ts'

type Row = { readonly name: string; readonly description: string }

export declare const data: readonly Row[]

export default {
  watch: ['../../packages/*/package.json'],
  load: (): readonly Row[] => readPackagePages().map(({ name, description }) => ({ name, description })),
}
