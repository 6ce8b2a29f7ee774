// A running search tells how far it is; without a stream the page asks again every two seconds.
// The numbers come over the wire, the sentences stand in the page in its reader's language.

export function watchRun(root = document) {
  const box = root.querySelector('[data-run]');
  if (!box) return;
  const sentences = JSON.parse(root.getElementById('run-sentences').textContent);
  const words = box.querySelector('[data-run-words]');
  const bar = box.querySelector('progress');
  const show = (run) => {
    if (run.over) return location.reload();
    words.textContent = filled(sentences[run.phase], run);
    bar.value = run.share;
  };
  const source = new EventSource(box.dataset.run);
  source.addEventListener('progress', (event) => show(JSON.parse(event.data)));
  source.addEventListener('error', () => {
    if (source.readyState === EventSource.CLOSED) askAgain(box.dataset.runState, show);
  });
}

function askAgain(address, show) {
  setInterval(async () => {
    const answer = await fetch(address, { headers: { Accept: 'application/json' } });
    if (answer.ok) show(await answer.json());
  }, 2000);
}

function filled(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (_whole, name) => values[name]);
}
