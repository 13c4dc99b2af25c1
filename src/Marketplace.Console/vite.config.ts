import react from '@vitejs/plugin-react'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

/** Some styles of Ant Design's parts (a scrollbar's measure, a dialog's scroll lock) come without the nonce that the policy asks for. */
function nonceForEveryStyle(): Plugin {
  const bare = '    csp,\n'
  return {
    name: 'nonce-for-every-style',
    transform(code, id) {
      if (!/@rc-component\/util\/es\/Dom\/dynamicCSS\.js/.test(id)) {
        return null
      }
      if (code.split(bare).length !== 2) {
        this.error('dynamicCSS is written otherwise now')
      }
      return code.replace(bare, "    csp = { nonce: document.querySelector('meta[property=csp-nonce]')?.nonce },\n")
    },
  }
}

export default defineConfig({
  plugins: [react(), nonceForEveryStyle()],
  // Stands in the page for the nonce that the Api puts into each answer (ConsoleFiles).
  html: { cspNonce: '__NONCE__' },
  build: {
    outDir: '../Marketplace.Api/obj/wwwroot',
    emptyOutDir: true,
    // An inlined file would need data: addresses in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1000,
  },
  server: { proxy: { '^/(v1|connect|openapi|docs|health)': 'http://localhost:5080' } },
})
