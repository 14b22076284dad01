// The top of an operation's page: its state, how far it is, what to do, and what was said last.

import { write } from "./steps.js";

const UNFINISHED = new Set(["queued", "waiting", "running"]);
const OVER = new Set(["done", "skipped"]);

export class Head {
  constructor(root, words) {
    this.root = root;
    this.words = words;
    this.chip = root.querySelector('[data-part="chip"]');
    this.live = root.querySelector("[data-announce]");
    this.notice = root.querySelector("[data-connection]");
    this.title = document.title;
  }

  show(operation, steps, checks) {
    const { state } = operation;
    const changed = this.root.dataset.state !== state;
    Object.assign(this.root.dataset, {
      state,
      started: operation.started_at ?? "",
      finished: operation.finished_at ?? "",
      waitingFor: operation.waiting_for ?? "",
    });
    this.chip.dataset.state = state;
    this.showOverall(steps);
    this.showChecksLine(checks);
    this.showOutcome(operation);
    for (const element of this.root.querySelectorAll("[data-shown-when]")) {
      element.hidden = !element.dataset.shownWhen.split(" ").includes(state);
    }
    if (changed) this.announce(this.words.states[state]);
  }

  showOverall(steps) {
    const over = steps.filter((step) => OVER.has(step.state)).length;
    const bar = this.root.querySelector('[data-part="overall"]');
    bar.max = steps.length || 1;
    bar.value = over;
    const text = this.words.steps_done
      .replace("%(done)s", over)
      .replace("%(total)s", steps.length);
    write(this.root, "overall-text", text);
  }

  showChecksLine(checks) {
    const count = (state) => checks.filter((check) => check.state === state).length;
    const states = ["passed", "failed", "warning", "skipped"].filter(count);
    const text = states.map((state) => `${count(state)} ${this.words.counted[state]}`);
    write(this.root, "checks-text", text.join(", "));
  }

  showOutcome(operation) {
    const box = this.root.querySelector("[data-outcome]");
    box.hidden = !(operation.reason || operation.advice);
    write(this.root, "operation-reason", operation.reason);
    write(this.root, "operation-advice", operation.advice);
  }

  tick(now, duration) {
    const { state, started, finished, waitingFor } = this.root.dataset;
    const end = finished && !UNFINISHED.has(state) ? new Date(finished).getTime() : now;
    const time = started ? duration((end - new Date(started).getTime()) / 1000) : "";
    const word = this.words.states[state] ?? state;
    const waits = state === "waiting" && waitingFor;
    const text = waits ? this.words.waiting_for.replace("%(what)s", waitingFor) : word;
    const shown = time && !waits ? `${text} ${time}` : text;
    if (this.chip.textContent !== shown) this.chip.textContent = shown;
    document.title = `${word} · ${this.title}`;
  }

  announceStep(step) {
    if (step.state === "pending") return;
    this.announce(`${step.title}: ${this.words.states[step.state] ?? step.state}`);
  }

  announce(text) {
    this.live.textContent = text;
  }

  connection(what) {
    this.notice.hidden = what === "back";
    this.notice.textContent = what === "back" ? "" : this.words.connection[what];
    if (what === "back") this.announce(this.words.connection.back);
  }
}
