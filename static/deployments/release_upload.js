// Sends an archive in blocks and goes on after breaks; the server says how many bytes it has.

const LONGEST_PAUSE = 30;

const page = document.querySelector("[data-upload]");
const find = (name) => page.querySelector(`[data-${name}]`);
const form = find("form");
const words = page.dataset;
const chosen = document.getElementById("upload-file");
const pause = find("pause");
const bar = page.querySelector("progress");
const amount = new Intl.NumberFormat(document.documentElement.lang || undefined, {
  maximumFractionDigits: 1,
});

/** An answer that says why: nothing is gained by trying again. */
class Refusal extends Error {
  constructor({ message, advice }) {
    super(message);
    this.advice = advice ?? "";
  }
}

// The admin's theme writes the name of a chosen file into the next text field unless told so.
chosen.hasChangeListener = true;

let sending = null; // what aborts the upload under way

function inMebibytes(bytes) {
  return `${amount.format(bytes / 1024 ** 2)} MiB`;
}

function say(text) {
  find("status").textContent = text;
}

function complain(error) {
  find("problem").hidden = !error;
  find("message").textContent = error?.message ?? "";
  find("advice").textContent = error?.advice ?? "";
}

function show({ received, size }) {
  find("progress").hidden = false;
  bar.max = size;
  bar.value = received;
  find("amount").textContent = words.of
    .replace("%(done)s", inMebibytes(received))
    .replace("%(total)s", inMebibytes(size));
}

/** JSON of the server. Throws Refusal, or whatever fetch throws when the network is away. */
async function ask(address, options = {}) {
  const headers = { "X-CSRFToken": words.token, ...options.headers };
  const answer = await fetch(address, { ...options, headers, redirect: "manual" });
  if (answer.type === "opaqueredirect") throw new Refusal({ message: words.signedOut });
  if (answer.status === 409) return ask(address, { signal: options.signal });
  if (answer.status >= 500 && answer.status !== 507) throw new Error(`status ${answer.status}`);
  const isJSON = answer.headers.get("Content-Type")?.startsWith("application/json");
  const told = isJSON ? await answer.json() : { message: `HTTP ${answer.status}` };
  if (!answer.ok) throw new Refusal(told);
  return told;
}

function begin(file, signal) {
  const body = new FormData();
  body.set("name", file.name);
  body.set("size", file.size);
  body.set("modified", file.lastModified);
  body.set("sha256", document.getElementById("upload-sha256").value);
  return ask(words.begin, { method: "POST", body, signal });
}

function sendBlock(file, { part, received, block }, signal) {
  const end = Math.min(received + block, file.size);
  return ask(part, {
    method: "PUT",
    body: file.slice(received, end),
    headers: {
      "Content-Type": "application/octet-stream",
      "Content-Range": `bytes ${received}-${end - 1}/${file.size}`,
    },
    signal,
  });
}

function wait(seconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, seconds * 1000);
    addEventListener("online", resolve, { once: true, signal });
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}

/** Do `work` until it answers; only a refusal or the pause button ends the patience. */
async function patiently(work, signal) {
  for (let seconds = 1; ; seconds = Math.min(seconds * 2, LONGEST_PAUSE)) {
    try {
      return await work();
    } catch (error) {
      if (error instanceof Refusal || signal.aborted) throw error;
      say(words.waiting.replace("%(seconds)s", seconds));
      await wait(seconds, signal);
    }
  }
}

async function upload(file, signal) {
  let state = await patiently(() => begin(file, signal), signal);
  show(state);
  while (!state.operation) {
    say(words.sending);
    const before = state;
    // After a break nobody knows what arrived: begin answers that too.
    let broken = false;
    state = await patiently(async () => {
      if (broken) return ask(before.part, { signal });
      broken = true;
      return sendBlock(file, before, signal);
    }, signal);
    show(state);
  }
  say(words.reading);
  location.assign(state.operation);
}

async function start() {
  const [file] = chosen.files;
  if (!file || sending) return;
  sending = new AbortController();
  const { signal } = sending;
  complain(null);
  pause.hidden = false;
  form.querySelector("[type=submit]").disabled = true;
  try {
    await upload(file, signal);
  } catch (error) {
    say(signal.aborted ? words.paused : "");
    if (!signal.aborted) complain(error);
  } finally {
    sending = null;
    pause.hidden = true;
    form.querySelector("[type=submit]").disabled = false;
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  start();
});
pause.addEventListener("click", () => sending?.abort());
for (const button of document.querySelectorAll("[data-discard]")) {
  button.addEventListener("click", async () => {
    try {
      await ask(button.dataset.discard, { method: "DELETE" });
      button.closest("[data-begun]").remove();
    } catch (error) {
      complain(error);
    }
  });
}
