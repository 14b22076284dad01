// Makes the row of one log line.

import { clock, exact } from "../js/times.js";

/** One line as a row; text only, never markup. */
export function rowOf(line) {
  const row = document.createElement("li");
  row.id = `L${line.n}`;
  row.dataset.level = line.level;
  const number = document.createElement("a");
  number.className = "n";
  number.href = `#L${line.n}`;
  number.textContent = line.n;
  const at = document.createElement("time");
  at.className = "at";
  at.dateTime = line.at;
  at.title = exact(line.at);
  at.textContent = clock(line.at);
  const text = document.createElement("span");
  text.className = "text";
  text.textContent = line.text;
  row.append(number, at, text);
  return row;
}
