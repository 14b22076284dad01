"""A real Chromium that looks at the console and notes when each line stood in the page."""

import base64
import hashlib
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import load_pem_x509_certificate
from django.conf import settings
from playwright.sync_api import BrowserContext, Page, sync_playwright

from benchmarks.console import Console, signed_in

# Each row's text carries the time it was said: "said 17 at 1764000000000.00".
WATCH = """
(() => {
  const seen = (window.seen = { arrived: [], delays: new Map() });
  const now = () => performance.timeOrigin + performance.now();
  const said = /said (\\d+) at ([\\d.]+)/;
  const Original = window.WebSocket;
  window.WebSocket = class extends Original {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", (event) => {
        const at = now();
        for (const line of JSON.parse(event.data).lines ?? []) {
          const found = said.exec(line.text);
          if (found) seen.arrived.push([Number(found[1]), at - Number(found[2])]);
        }
      });
    }
  };
  new MutationObserver((changes) => {
    const at = now();
    for (const { addedNodes } of changes)
      for (const node of addedNodes) {
        const found = node.nodeName === "LI" && said.exec(node.textContent);
        if (found && !seen.delays.has(Number(found[1])))
          seen.delays.set(Number(found[1]), at - Number(found[2]));
      }
  }).observe(document, { childList: true, subtree: true });
})();
"""


@contextmanager
def window(console: Console) -> Iterator[BrowserContext]:
    """A signed-in window that trusts exactly this console's certificate."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    assert chromium, "No Chromium here: apt-get install --no-install-recommends chromium"
    trust = f"--ignore-certificate-errors-spki-list={_pin()}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-dev-shm-usage", trust]
        )
        context = browser.new_context(base_url=console.url)
        cookie = {"name": "sessionid", "value": signed_in().cookies["sessionid"].value}
        context.add_cookies([{**cookie, "url": console.url, "secure": True}])
        yield context
        browser.close()


def watched_page(context: BrowserContext, path: str) -> Page:
    """The page with its live log connected."""
    page = context.new_page()
    page.add_init_script(WATCH)
    with page.expect_websocket() as socket:
        page.goto(path)
    assert socket.value.url
    return page


def clock_ahead(page: Page) -> float:
    """Milliseconds by which the page's clock is ahead of ours."""
    found = []
    for _ in range(9):
        before = time.time()
        there = page.evaluate("performance.timeOrigin + performance.now()")
        found.append((time.time() - before, there - (before + time.time()) * 500))
    return min(found)[1]


def delays_of(page: Page) -> dict[int, float]:
    """Line number → milliseconds from said to drawn, by our clock."""
    ahead = clock_ahead(page)
    return {int(n): delay - ahead for n, delay in page.evaluate("[...seen.delays]")}


def _pin() -> str:
    """What Chromium calls the certificate's key: base64 of SHA-256 of its public key."""
    pem = (Path(settings.DATA_DIR) / "tls" / "console.crt").read_bytes()
    key = load_pem_x509_certificate(pem).public_key()
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(der).digest()).decode()
