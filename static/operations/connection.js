// A socket that comes back by itself and continues where it stopped.

const FIRST_DELAY = 500;
const LONGEST_DELAY = 15_000;
// A socket that was not closed for so long was not refused.
const PROVEN_AFTER = 1_500;
// The server refuses (4401 signed out, 4403 not allowed, 4404 unknown): asking again is no use.
const FINAL_CODES = new Set([4401, 4403, 4404]);

export class Connection {
  /**
   * path: where the socket is. cursor(): number of the last line already here.
   * on.message(data), on.lost(), on.back(), on.refused(code).
   */
  constructor({ path, cursor, on }) {
    this.path = path;
    this.cursor = cursor;
    this.on = on;
    this.delay = FIRST_DELAY;
    this.wasLost = false;
    window.addEventListener("online", () => this.hurry());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.hurry();
    });
  }

  open() {
    this.timer = undefined;
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(
      `${scheme}//${location.host}${this.path}?after=${encodeURIComponent(this.cursor())}`,
    );
    socket.addEventListener("open", () => {
      setTimeout(() => socket.readyState === WebSocket.OPEN && this.proven(), PROVEN_AFTER);
    });
    socket.addEventListener("message", (event) => {
      this.proven();
      this.on.message(JSON.parse(event.data));
    });
    socket.addEventListener("close", (event) => this.closed(event));
  }

  /** A message proves that the server is there; a socket accepted just now does not yet. */
  proven() {
    this.delay = FIRST_DELAY;
    if (!this.wasLost) return;
    this.wasLost = false;
    this.on.back();
  }

  closed(event) {
    if (FINAL_CODES.has(event.code)) {
      this.on.refused(event.code);
      return;
    }
    this.wasLost = true;
    this.on.lost();
    // Spread the returns of many viewers after a restart.
    const wait = this.delay * (0.75 + Math.random() / 2);
    this.delay = Math.min(this.delay * 2, LONGEST_DELAY);
    this.timer = setTimeout(() => this.open(), wait);
  }

  hurry() {
    if (this.timer === undefined) return;
    clearTimeout(this.timer);
    this.delay = FIRST_DELAY;
    this.open();
  }
}
