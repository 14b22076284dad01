// Writes the state of steps and checks into the page; rows come from its <template> elements.

import { duration } from "../js/times.js";

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;

function part(row, name) {
  return row.querySelector(`[data-part="${name}"]`);
}

/** Put text into a part; an empty one is not shown. */
export function write(row, name, text) {
  const element = part(row, name);
  if (!element || element.textContent === (text ?? "")) return;
  element.textContent = text ?? "";
  element.hidden = !text;
}

function rowFor(list, template, slug, title) {
  for (const row of list.children) if (row.dataset.slug === slug) return row;
  const row = template.content.firstElementChild.cloneNode(true);
  row.dataset.slug = slug;
  part(row, "title").textContent = title;
  list.append(row);
  return row;
}

function amount(number, unit) {
  if (unit !== "bytes") return String(number);
  return number >= GIB ? `${(number / GIB).toFixed(1)} GiB` : `${(number / MIB).toFixed(1)} MiB`;
}

function howFar({ done, total, unit }, words) {
  if (!total) return done ? `${amount(done, unit)} ${words.units[unit] ?? ""}`.trim() : "";
  return words.of
    .replace("%(done)s", amount(done ?? 0, unit))
    .replace("%(total)s", amount(total, unit))
    .concat(" ", words.units[unit] ?? "")
    .trim();
}

function fold(row, text) {
  const details = part(row, "fold");
  if (!details) return;
  details.hidden = !text;
  write(row, "detail", text);
}

export function showStep(list, template, step, words) {
  const row = rowFor(list, template, step.slug, step.title);
  const changed = row.dataset.state !== step.state;
  row.dataset.state = step.state;
  row.dataset.started = step.started_at ?? "";
  row.dataset.finished = step.finished_at ?? "";
  part(row, "state").textContent = words.states[step.state] ?? step.state;
  const isRunning = step.state === "running";
  const bar = part(row, "bar");
  bar.hidden = !(isRunning && step.total);
  if (step.total) {
    bar.max = step.total;
    bar.value = step.done ?? 0;
  }
  write(row, "far", isRunning ? howFar(step, words) : "");
  write(row, "activity", isRunning ? step.activity : "");
  write(row, "reason", step.reason);
  write(row, "advice", step.advice);
  fold(row, step.detail);
  return changed;
}

export function showCheck(list, template, check, words) {
  const row = rowFor(list, template, check.slug, check.title);
  row.dataset.state = check.state;
  part(row, "state").textContent = words.states[check.state] ?? check.state;
  const time = check.duration_ms;
  write(row, "time", time == null ? "" : `${(time / 1000).toFixed(time < 10_000 ? 2 : 1)} s`);
  write(row, "evidence", check.evidence);
  write(row, "advice", check.advice);
  fold(row, check.detail);
}

/** Set the clocks of all steps; those still running go on. */
export function showTimes(list, now) {
  for (const row of list.children) {
    const { started, finished } = row.dataset;
    if (!started) continue;
    const end = finished ? new Date(finished).getTime() : now;
    write(row, "time", duration((end - new Date(started).getTime()) / 1000));
  }
}
