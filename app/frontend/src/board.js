// A running search tells how far it is; without a stream the page asks again every two seconds.

export function watchRun(root = document) {
  const box = root.querySelector('[data-run]');
  if (!box) return;
  const shown = { words: box.querySelector('[data-run-words]'), bar: box.querySelector('progress') };
  const source = new EventSource(box.dataset.run);
  source.addEventListener('progress', (event) => show(JSON.parse(event.data), shown));
  source.addEventListener('error', () => {
    if (source.readyState !== EventSource.CLOSED) return;
    setInterval(() => ask(box.dataset.runState, shown), 2000);
  });
}

async function ask(address, shown) {
  const answer = await fetch(address, { headers: { Accept: 'application/json' } });
  if (answer.ok) show(await answer.json(), shown);
}

function show(run, { words, bar }) {
  if (run.over) {
    location.reload();
    return;
  }
  words.textContent = run.words;
  if (bar) bar.value = run.share;
}
