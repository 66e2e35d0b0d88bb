/** A server on this machine only, for pages that run the engine. */
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

/** What lets a page share memory with its workers. */
const ISOLATED = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

const PAGE = '<!doctype html><title>engine</title><link rel="icon" href="data:,"><script src="page.js"></script>';

/** Serves scripts by name, and at `/` a blank page that runs `page.js`. Answers its address. */
export async function serve(scripts: ReadonlyMap<string, string>, { isolated }: { readonly isolated: boolean }): Promise<{ readonly address: string; stop(): void }> {
  const server = createServer(({ url }, response) => {
    const text = url === '/' ? PAGE : scripts.get(url?.slice(1) ?? '');
    response.writeHead(text === undefined ? 404 : 200, { 'Content-Type': url === '/' ? 'text/html' : 'text/javascript', ...(isolated && ISOLATED) });
    response.end(text);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, stop: () => stop(server) };
}

function stop(server: Server): void {
  server.close();
  server.closeAllConnections();
}
