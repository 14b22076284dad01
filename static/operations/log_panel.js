// The log of an operation with its controls: follow, search, level, step, links to lines.

import { LogWindow } from "./log_window.js";
import { Lines } from "./lines.js";

const TYPING_PAUSE = 250;
const PAGE = 1_000;
// How many lines back a link to a line is followed.
const FARTHEST = 20_000;

export class LogPanel {
  constructor(root, words) {
    this.root = root;
    this.words = words;
    this.lines = new Lines();
    this.list = root.querySelector("[data-lines]");
    this.followButton = root.querySelector("[data-follow]");
    this.search = root.querySelector("[data-search]");
    this.level = root.querySelector("[data-level-filter]");
    this.status = root.querySelector("[data-log-status]");
    this.takeServerLines();
    this.window = new LogWindow(this.list, this.lines, {
      followed: (isFollowing) => this.showFollowing(isFollowing),
      waiting: (count) => this.say(this.words.unread.replace("%(count)s", count)),
      needsOlder: () => this.fetchOlder(),
    });
    this.listen();
    this.window.showEnd();
    if (this.lines.last) this.say(words.following);
    this.goToHash();
  }

  get last() {
    return this.lines.last;
  }

  /** The page came with its last lines as rows, readable without this script. */
  takeServerLines() {
    this.lines.append(
      [...this.list.querySelectorAll("li[data-n]")].map((row) => ({
        n: Number(row.dataset.n),
        at: row.querySelector("time").dateTime,
        step: row.dataset.step,
        level: row.dataset.level,
        text: row.querySelector(".text").textContent,
      })),
    );
  }

  listen() {
    this.followButton.hidden = false;
    this.search.hidden = false;
    if (this.level) this.level.hidden = false;
    this.followButton.addEventListener("click", () => this.toggleFollow());
    this.level?.addEventListener("click", () => this.toggleLevel());
    this.search.addEventListener("input", () => {
      clearTimeout(this.typing);
      this.typing = setTimeout(() => this.searchFor(this.search.value), TYPING_PAUSE);
    });
    window.addEventListener("hashchange", () => this.goToHash());
  }

  append(lines) {
    const isFirst = !this.lines.last;
    this.window.grew(this.lines.append(lines));
    if (isFirst && this.lines.last) this.say(this.words.following);
  }

  toggleFollow() {
    this.window.follow(!this.window.following);
  }

  showFollowing(isFollowing) {
    this.followButton.setAttribute("aria-pressed", String(isFollowing));
    this.say(isFollowing ? this.words.following : this.words.paused);
  }

  toggleLevel() {
    const isOn = this.level.getAttribute("aria-pressed") !== "true";
    this.level.setAttribute("aria-pressed", String(isOn));
    this.choose({ level: isOn ? "warning" : "" });
  }

  searchFor(text) {
    this.choose({ text: text.trim().toLowerCase() });
  }

  chooseStep(step, button) {
    this.choose({ step });
    const name = button.querySelector('[data-part="title"]').textContent;
    this.say(step ? this.words.only_step.replace("%(step)s", name) : this.words.following);
  }

  choose(change) {
    this.lines.choose(change);
    this.noOlder = false;
    this.asked = undefined;
    this.window.follow(true);
    this.window.showEnd();
    if (this.lines.isFiltered) {
      this.say(this.words.found.replace("%(count)s", this.lines.view.length));
      this.fetchOlder();
    } else this.say(this.words.following);
  }

  /** Ask the server for the lines before those that are here, by the same filter. */
  async fetchOlder() {
    const address = this.root.dataset.linesUrl;
    const { step, level, text } = this.lines.filter;
    const before = this.lines.oldest;
    const query = String(new URLSearchParams({ before, step, level, q: text, limit: PAGE }));
    if (!address || this.noOlder || this.asked === query || this.lines.oldest <= 1) return;
    this.asked = query;
    try {
      const answer = await fetch(`${address}?${query}`);
      if (!answer.ok) throw new Error(answer.statusText);
      const older = await answer.json();
      // The reader may have chosen another filter meanwhile.
      if (this.asked === query) this.takeOlder(older);
    } catch {
      this.asked = undefined;
      this.say(this.words.no_older);
    }
  }

  takeOlder({ lines, more }) {
    this.noOlder = !more;
    this.window.grewBefore(this.lines.prepend(lines));
    if (this.lines.isFiltered) {
      this.say(this.words.found.replace("%(count)s", this.lines.view.length));
    }
  }

  /** Show the line of a link, fetching the way to it when it is not too far back. */
  async goToHash() {
    const number = Number(/^#L(\d+)$/.exec(location.hash)?.[1]);
    if (!number || this.window.reveal(number)) return;
    while (number < this.lines.oldest && this.lines.oldest - number < FARTHEST) {
      const before = this.lines.oldest;
      await this.fetchOlder();
      if (this.lines.oldest === before) break;
    }
    if (!this.window.reveal(number)) this.say(this.words.not_here);
  }

  say(text) {
    this.status.textContent = text;
  }
}
