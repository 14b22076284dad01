// Shows a window of at most 400 rows over many lines, so that a page stays light at any length.

import { rowOf } from "./log_row.js";

const ROWS = 400;
const STEP = 200;
const NEAR = 240;
const AT_END = 24;

export class LogWindow {
  /**
   * list: the <ol> that scrolls. lines: Lines. on.followed(), on.waiting(count),
   * on.needsOlder(): the reader reached the oldest line that is here.
   */
  constructor(list, lines, on) {
    this.list = list;
    this.lines = lines;
    this.on = on;
    this.from = 0;
    this.to = 0;
    this.following = true;
    this.unread = 0;
    list.addEventListener("scroll", () => this.scrolled(), { passive: true });
    // In a burst our own scrolling drowns the reader's, so the hand itself is heard too.
    list.addEventListener("wheel", (event) => event.deltaY < 0 && this.follow(false), {
      passive: true,
    });
    list.addEventListener("touchmove", () => this.follow(false), { passive: true });
    list.addEventListener("keydown", (event) => {
      if (["ArrowUp", "PageUp", "Home"].includes(event.key)) this.follow(false);
    });
  }

  /** Show the end of the view anew: after a filter, or when following starts. */
  showEnd() {
    const size = this.lines.view.length;
    this.show(Math.max(0, size - ROWS), size);
    this.scrollToEnd();
  }

  show(from, to) {
    this.from = from;
    this.to = to;
    this.list.replaceChildren(...this.rows(from, to));
  }

  /** New lines came into view. */
  grew(count) {
    if (!count) return;
    if (!this.following) {
      this.unread += count;
      this.on.waiting(this.unread);
      if (this.to - this.from < ROWS) this.showMore();
      return;
    }
    const gone = this.lines.forget();
    this.from = Math.max(0, this.from - gone);
    this.to = Math.max(0, this.to - gone);
    this.drawn ??= requestAnimationFrame(() => this.drawEnd());
  }

  drawEnd() {
    this.drawn = undefined;
    if (!this.following) return;
    const size = this.lines.view.length;
    if (size - this.to >= ROWS || this.list.childElementCount !== this.to - this.from) {
      this.showEnd();
      return;
    }
    this.showMore();
    this.trimTop(this.to - ROWS);
    this.scrollToEnd();
  }

  /** Add the lines below the window. */
  showMore(count = ROWS) {
    const to = Math.min(this.lines.view.length, this.to + count);
    this.list.append(...this.rows(this.to, to));
    this.to = to;
  }

  trimTop(from) {
    for (; this.from < from; this.from += 1) this.list.firstElementChild.remove();
  }

  trimBottom(to) {
    for (; this.to > to; this.to -= 1) this.list.lastElementChild.remove();
  }

  scrolled() {
    if (this.isScrolling) {
      this.isScrolling = false;
      return;
    }
    const { scrollTop, scrollHeight, clientHeight } = this.list;
    const below = scrollHeight - scrollTop - clientHeight;
    if (this.to === this.lines.view.length && below <= AT_END) this.follow(true);
    else if (this.following && below > AT_END) this.follow(false);
    if (scrollTop < NEAR) this.moveUp();
    else if (below < NEAR && this.to < this.lines.view.length) this.moveDown();
  }

  moveUp() {
    if (this.from === 0) {
      this.on.needsOlder();
      return;
    }
    this.holding(() => {
      const from = Math.max(0, this.from - STEP);
      this.list.prepend(...this.rows(from, this.from));
      this.from = from;
      this.trimBottom(this.from + 2 * ROWS);
    });
  }

  moveDown() {
    this.holding(() => {
      this.showMore(STEP);
      this.trimTop(this.to - 2 * ROWS);
    });
  }

  /** Older lines were put before the view. */
  grewBefore(count) {
    if (!count) return;
    this.from += count;
    this.to += count;
    this.moveUp();
  }

  /** Change the rows while what is being read stays where it is. */
  holding(change) {
    const box = this.list.getBoundingClientRect().top;
    const kept = [...this.list.children].find(
      (row) => row.getBoundingClientRect().bottom > box,
    );
    const before = kept?.getBoundingClientRect().top;
    change();
    const moved = kept?.isConnected ? kept.getBoundingClientRect().top - before : 0;
    if (moved) {
      this.isScrolling = true;
      this.list.scrollTop += moved;
    }
  }

  follow(wanted) {
    if (wanted === this.following) return;
    this.following = wanted;
    if (wanted) {
      this.unread = 0;
      if (this.to !== this.lines.view.length) this.showEnd();
      else this.scrollToEnd();
    }
    this.on.followed(wanted);
  }

  /** Bring a line into the middle and mark it; false when it is not here. */
  reveal(number) {
    const index = this.lines.view.findIndex((line) => line.n === number);
    if (index < 0) return false;
    this.follow(false);
    this.show(Math.max(0, index - STEP), Math.min(this.lines.view.length, index + STEP));
    const row = this.list.children[index - this.from];
    row.classList.add("chosen");
    this.isScrolling = true;
    this.list.scrollTop = row.offsetTop - this.list.offsetTop - this.list.clientHeight / 2;
    return true;
  }

  scrollToEnd() {
    const end = this.list.scrollHeight - this.list.clientHeight;
    if (Math.abs(this.list.scrollTop - end) < 1) return;
    this.isScrolling = true;
    this.list.scrollTop = end;
  }

  rows(from, to) {
    return this.lines.view.slice(from, to).map(rowOf);
  }
}
