// The keys of every page: / searches, j and k walk the rows, f follows a log, ? tells all this.

const ROWS = "#result_list tbody, table.listing tbody tr, [data-steps] > li";
const OPENS = "th a[href], a[href], button";

/** The links or buttons that open a row, in the order of the page. */
function openers() {
  const rows = [...document.querySelectorAll(ROWS)];
  return rows.map((row) => row.querySelector(OPENS)).filter((opener) => opener?.checkVisibility());
}

/** Move the focus by that many rows; the ends hold it. */
function walk(by) {
  const all = openers();
  const row = document.activeElement.closest(ROWS);
  const at = all.findIndex((opener) => row?.contains(opener));
  const next = all[at < 0 ? 0 : Math.min(Math.max(at + by, 0), all.length - 1)];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function tellKeys() {
  const dialog = document.querySelector("[data-keys]");
  if (!dialog || dialog.open) return;
  for (const entry of dialog.querySelectorAll("[data-needs]")) {
    const { needs } = entry.dataset;
    entry.hidden = needs === "rows" ? !openers().length : !document.querySelector(needs);
  }
  dialog.showModal();
}

const ACTS = {
  "/": () => document.querySelector("[data-search], #searchbar")?.focus(),
  "?": tellKeys,
  f: () => document.querySelector("[data-follow]")?.click(),
  j: () => walk(1),
  k: () => walk(-1),
};

/** Keys are for reading: not while typing, in a menu, or with a modifier of the browser's. */
function isMeant(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return false;
  return !event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable], dialog");
}

export function listenToKeys() {
  document.addEventListener("keydown", (event) => {
    if (!Object.hasOwn(ACTS, event.key) || !isMeant(event)) return;
    event.preventDefault();
    ACTS[event.key]();
  });
}
