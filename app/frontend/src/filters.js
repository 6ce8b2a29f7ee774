// Filters act as soon as they are changed; without this file their button does the same.

export function filterAtOnce(root = document) {
  for (const form of root.querySelectorAll('form[data-at-once]')) {
    form.addEventListener('change', (event) => {
      if (event.target.type !== 'search') form.requestSubmit();
    });
  }
}
