// The live log of one container: numbers the lines as they come and says what was skipped.

import { Connection } from "../operations/connection.js";
import { LogPanel } from "../operations/log_panel.js";

const root = document.querySelector("[data-container-log]");
const words = JSON.parse(document.getElementById("operation-words").textContent);
const notice = root.querySelector("[data-connection]");
const log = new LogPanel(root, words);
let newest = "";

function say(text) {
  notice.hidden = !text;
  notice.textContent = text;
}

function numbered({ lines, skipped }) {
  // The line where the last connection ended comes again when it is taken up.
  const fresh = lines.filter((line, index) => index > 0 || line.at !== newest);
  newest = fresh.at(-1)?.at ?? newest;
  const at = fresh[0]?.at ?? new Date().toISOString();
  const gap = { at, text: words.skipped.replace("%(count)s", skipped), level: "warning" };
  return (skipped ? [gap, ...fresh] : fresh).map((line, index) => ({
    level: "info",
    step: "",
    ...line,
    n: log.last + 1 + index,
  }));
}

new Connection({
  path: root.dataset.socket,
  cursor: () => newest,
  on: {
    message: (data) => {
      if (data.kind === "problem") say(data.text);
      if (data.kind === "lines") {
        say("");
        log.append(numbered(data));
      }
    },
    lost: () => say(words.container.lost),
    back: () => say(""),
    refused: () => say(words.container.refused),
  },
}).open();
