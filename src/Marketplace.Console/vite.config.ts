import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  plugins: [react()],
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
