// Buttons that end or undo something ask first: <form data-ask="Really …?" data-yes="Withdraw">.

export function askFirst(root = document) {
  root.addEventListener('submit', (event) => {
    const form = event.target;
    if (!form.dataset?.ask || form.dataset.sure) return;
    event.preventDefault();
    ask(form.dataset.ask, form.dataset.yes, form.dataset.no).then((sure) => {
      if (!sure) return;
      form.dataset.sure = 'yes';
      form.requestSubmit(event.submitter);
    });
  });
}

function ask(question, yes, no) {
  const dialog = document.createElement('dialog');
  const text = document.createElement('p');
  text.textContent = question;
  const buttons = document.createElement('form');
  buttons.method = 'dialog';
  buttons.className = 'buttons';
  buttons.append(button(yes, 'button primary', 'yes'), button(no, 'button', 'no'));
  dialog.className = 'stack';
  dialog.setAttribute('aria-label', question);
  dialog.append(text, buttons);
  document.body.append(dialog);
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === 'yes');
    });
    dialog.showModal();
  });
}

function button(text, kind, value) {
  const made = document.createElement('button');
  made.className = kind;
  made.value = value;
  made.textContent = text;
  return made;
}
