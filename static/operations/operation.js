// The live page of one operation: listens to its socket and keeps steps, log and checks current.

import { duration } from "../js/times.js";
import { Connection } from "./connection.js";
import { Head } from "./head.js";
import { LogPanel } from "./log_panel.js";
import { showCheck, showStep, showTimes } from "./steps.js";

class OperationPage {
  constructor(root) {
    this.root = root;
    this.words = JSON.parse(document.getElementById("operation-words").textContent);
    // The server's clock counts: a console and a laptop may differ by minutes.
    this.ahead = new Date(root.dataset.now).getTime() - Date.now();
    this.steps = root.querySelector("[data-steps]");
    this.checks = root.querySelector("[data-checks]");
    this.head = new Head(root, this.words);
    this.log = new LogPanel(root, this.words);
    this.connection = new Connection({
      path: root.dataset.socket,
      cursor: () => this.log.last,
      on: {
        message: (data) => this.take(data),
        lost: () => this.head.connection("lost"),
        back: () => this.head.connection("back"),
        refused: () => this.head.connection("refused"),
      },
    });
  }

  start() {
    this.steps.addEventListener("click", (event) => this.chooseStep(event));
    setInterval(() => this.tick(), 1000);
    this.tick();
    this.openFailure();
    this.connection.open();
  }

  take(data) {
    if (data.kind === "lines") this.log.append(data.lines);
    if (data.kind === "state") this.showState(data);
  }

  showState({ operation, steps, checks }) {
    for (const step of steps) {
      const template = document.getElementById("step-row");
      if (showStep(this.steps, template, step, this.words)) this.head.announceStep(step);
    }
    for (const check of checks) {
      showCheck(this.checks, document.getElementById("check-row"), check, this.words);
    }
    this.root.querySelector("[data-checks-panel]").hidden = !checks.length;
    this.head.show(operation, steps, checks);
    this.tick();
    this.openFailure();
  }

  tick() {
    const now = Date.now() + this.ahead;
    showTimes(this.steps, now);
    this.head.tick(now, duration);
  }

  /** Show the log of one step; the same button again shows all. */
  chooseStep(event) {
    const button = event.target.closest(".step-button");
    if (!button) return;
    const isChosen = button.getAttribute("aria-pressed") === "true";
    for (const other of this.steps.querySelectorAll(".step-button")) {
      other.setAttribute("aria-pressed", String(other === button && !isChosen));
    }
    const row = button.closest("li");
    this.log.chooseStep(isChosen ? "" : row.dataset.slug, button);
  }

  /** Once: the check that says what to do, or else the step that failed, comes into view. */
  openFailure() {
    if (this.root.dataset.state !== "failed" || this.failureShown) return;
    const failed = [this.checks, this.steps].map((list) =>
      list.querySelector('[data-state="failed"]'),
    );
    this.failureShown = failed.some(Boolean);
    failed.find(Boolean)?.scrollIntoView({ block: "nearest" });
  }
}

new OperationPage(document.querySelector("[data-operation]")).start();
