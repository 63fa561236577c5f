import DefaultTheme from 'vitepress/theme'
import type { Theme } from 'vitepress'
import KeyLife from './key-life.vue'
import './style.css'

export default {
  extends: DefaultTheme,
  enhanceApp({ app }) {
    app.component('KeyLife', KeyLife)
  },
} satisfies Theme
