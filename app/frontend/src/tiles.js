// Puts tiles on a base and takes them off when nobody answers: one quiet line says so, and a minute
// later they are tried again.

import * as L from 'leaflet';

const MOST_ERRORS = 4;
const PATIENCE_MS = 5000;
const AGAIN_MS = 60000;
// Of OpenStreetMap's tiles, and of most others; closer up they are enlarged.
const CLOSEST_TILES = 19;

export function watchTiles(base) {
  const { base: kind } = base.box.dataset;
  if (kind === 'none') return;
  const start = () => new Tiles(base, kind === 'tiles' ? pictures : archive);
  // The page's load event would wait for tiles that were asked for before it.
  if (document.readyState === 'complete') start();
  else window.addEventListener('load', start, { once: true });
}

class Tiles {
  constructor(base, make) {
    this.base = base;
    this.make = make;
    this.quiet = base.box.querySelector('[data-base-quiet]');
    this.start();
  }

  async start() {
    this.errors = 0;
    this.wait();
    const layer = await this.make(this.base.box.dataset).catch(() => null);
    if (!layer) return this.stop();
    if (this.stopped) return;
    this.layer = layer;
    layer.on('tileload', () => this.loaded());
    layer.on('tileerror', () => { if (++this.errors >= MOST_ERRORS) this.stop(); });
    layer.on('loading', () => this.wait());
    layer.on('load', () => { if (!this.errors) clearTimeout(this.patience); });
    layer.addTo(this.base.map);
  }

  // A layer that has begun must bring its first tile in this time.
  wait() {
    this.stopped = false;
    clearTimeout(this.patience);
    this.patience = setTimeout(() => this.stop(), PATIENCE_MS);
  }

  loaded() {
    this.errors = 0;
    clearTimeout(this.patience);
    this.quiet.hidden = true;
    this.base.showTiles(true);
  }

  stop() {
    if (this.stopped) return;
    this.stopped = true;
    clearTimeout(this.patience);
    this.layer?.remove(); // before off(), which would leave it listening to the map
    this.layer?.off();
    this.layer = null;
    this.base.showTiles(false);
    this.quiet.hidden = false;
    setTimeout(() => this.start(), AGAIN_MS);
  }
}

// OpenStreetMap answers only to who says from where it is asked; the page's own address stays ours.
async function pictures({ baseUrl }) {
  return L.tileLayer(baseUrl, {
    maxZoom: 26, maxNativeZoom: CLOSEST_TILES, referrerPolicy: 'strict-origin-when-cross-origin',
  });
}

async function archive({ baseUrl }) {
  const { vectorLayer } = await import('./vector.js');
  return vectorLayer(baseUrl, document.documentElement.lang);
}
