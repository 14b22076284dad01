// Times as people read them: durations as 1:24, clock times in the reader's zone.

const two = (number) => String(number).padStart(2, "0");

/** 84 -> "1:24", 3725 -> "1:02:05". */
export function duration(seconds) {
  const full = Math.max(0, Math.round(seconds));
  const hours = Math.floor(full / 3600);
  const minutes = Math.floor(full / 60) % 60;
  const rest = two(full % 60);
  return hours ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`;
}

/** The time of day of an ISO time, in the reader's zone. */
export function clock(iso) {
  const time = new Date(iso);
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}

const language = document.documentElement.lang || undefined;
// Made once: making one costs more than a hundred uses.
const whole = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "long" });
const ago = new Intl.RelativeTimeFormat(language, { numeric: "auto" });

/** The whole date and time of an ISO time, in the reader's zone and language. */
export function exact(iso) {
  return whole.format(new Date(iso));
}

const UNITS = [
  ["day", 86400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];

/** "3 hours ago", in the language of the page. */
export function relative(iso, now = Date.now()) {
  const seconds = (new Date(iso).getTime() - now) / 1000;
  const [unit, size] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? ["second", 1];
  return ago.format(Math.round(seconds / size), unit);
}

/** Every <time data-relative> says how long ago, and the exact time on hover. */
export function keepRelative(root = document) {
  const refresh = () => {
    for (const element of root.querySelectorAll("time[data-relative]")) {
      element.textContent = relative(element.dateTime);
      element.title = exact(element.dateTime);
    }
  };
  refresh();
  setInterval(refresh, 30_000);
}
