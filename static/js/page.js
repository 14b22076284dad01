// What every page does: relative times, copy buttons, keys.

import { listenToKeys } from "./keys.js";
import { keepRelative } from "./times.js";

function copyOf(button) {
  const source = document.getElementById(button.dataset.copies);
  return button.dataset.copy ?? source?.textContent.trim() ?? "";
}

async function copy(button) {
  const before = button.textContent;
  await navigator.clipboard.writeText(copyOf(button));
  button.textContent = button.dataset.copied ?? before;
  setTimeout(() => {
    button.textContent = before;
  }, 2000);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy], [data-copies]");
  if (button) copy(button);
});

keepRelative();
listenToKeys();
