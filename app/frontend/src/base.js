// What lies under a map: our own ground always, and tiles or a pmtiles file where one is set. The
// map itself is the page's own SVG picture, which serves without any of this; nothing waits for it.

export async function layBases(root = document) {
  const boxes = [...root.querySelectorAll('[data-base]')];
  if (!boxes.length) return;
  // Leaflet asks at its start, by a piece of HTML, whether the browser draws SVG; nothing else passes.
  window.trustedTypes?.createPolicy('default', { createHTML: (text) => (text === '<svg/>' ? text : null) });
  const { Base } = await import('./ground.js');
  for (const box of boxes) new Base(box);
}
