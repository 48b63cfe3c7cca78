import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const SERVER = 'http://127.0.0.1:3000';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    outDir: 'dist',
    target: 'es2023',
    // The server's content security policy allows files of its own only: nothing inlined, no data: URLs.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // React, Socket.IO, mediasoup-client and zod together; a wall is loaded once a shift.
    chunkSizeWarningLimit: 1200,
  },
  worker: { format: 'es' },
  server: {
    proxy: {
      '/api': SERVER,
      '/socket.io': { target: SERVER, ws: true },
    },
  },
});
