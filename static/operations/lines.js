// The lines that are here: a bounded store with a filtered view of it.

const KEPT = 20_000;
const DROPPED_AT_ONCE = 5_000;

export class Lines {
  constructor() {
    this.all = [];
    this.view = this.all;
    this.filter = { step: "", level: "", text: "" };
    this.last = 0;
  }

  get isFiltered() {
    return Boolean(this.filter.step || this.filter.level || this.filter.text);
  }

  /** Number of the oldest line in view, or of the oldest kept; 1 when nothing came before. */
  get oldest() {
    return this.view[0]?.n ?? this.all[0]?.n ?? this.last + 1;
  }

  matches(line) {
    const { step, level, text } = this.filter;
    if (step && line.step !== step) return false;
    if (level && line.level === "info") return false;
    return !text || line.text.toLowerCase().includes(text);
  }

  choose(change) {
    Object.assign(this.filter, change);
    this.view = this.isFiltered ? this.all.filter((line) => this.matches(line)) : this.all;
  }

  /** Take new lines; those already here are passed over. Returns how many came into view. */
  append(lines) {
    const before = this.view.length;
    for (const line of lines) {
      if (line.n <= this.last) continue;
      this.last = line.n;
      this.all.push(line);
      if (this.view !== this.all && this.matches(line)) this.view.push(line);
    }
    return this.view.length - before;
  }

  /** Take older lines from the server, oldest first. */
  prepend(lines) {
    const older = lines.filter((line) => line.n < this.oldest);
    this.view.unshift(...older);
    return older.length;
  }

  /** Forget the oldest when there are too many; returns how many left the view. */
  forget() {
    if (this.all.length <= KEPT) return 0;
    const border = this.all[DROPPED_AT_ONCE].n;
    this.all.splice(0, DROPPED_AT_ONCE);
    if (this.view === this.all) return DROPPED_AT_ONCE;
    const gone = this.view.findIndex((line) => line.n >= border);
    const count = gone < 0 ? this.view.length : gone;
    this.view.splice(0, count);
    return count;
  }
}
