// Where the phone is, told with "I have arrived" by whoever chose to: asked once, then sent or not.

const KEY = 'onsite.tell-place';
const PATIENCE = 6000; // ms; the deed is sent all the same

export function tellPlace(root = document) {
  if (!('geolocation' in navigator)) return;
  for (const box of root.querySelectorAll('[data-tell-place]')) {
    const choice = box.querySelector('input');
    const form = box.closest('form');
    choice.checked = localStorage.getItem(KEY) === 'yes';
    choice.addEventListener('change', () => localStorage.setItem(KEY, choice.checked ? 'yes' : 'no'));
    form.addEventListener('submit', (event) => {
      if (!choice.checked || form.dataset.asked) return;
      event.preventDefault();
      form.dataset.asked = 'yes';
      form.querySelector('button').disabled = true;
      const send = () => form.submit();
      const late = setTimeout(send, PATIENCE + 500);
      navigator.geolocation.getCurrentPosition(
        (found) => { clearTimeout(late); add(form, found.coords); send(); },
        () => { clearTimeout(late); send(); },
        { enableHighAccuracy: true, timeout: PATIENCE, maximumAge: 30000 },
      );
    });
    box.hidden = false;
  }
}

function add(form, { latitude, longitude, accuracy }) {
  for (const [name, value] of Object.entries({ latitude, longitude, accuracy_m: accuracy })) {
    const field = document.createElement('input');
    field.type = 'hidden';
    field.name = name;
    field.value = value;
    form.append(field);
  }
}
