"""The settings of the console under test: the real ones, with the pipelines of these tests."""

from config.settings import *  # noqa: F403

PIPELINES = "tests.browser.pipelines.PIPELINES"
# The browser speaks HTTP to the loopback here.
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = False
MIDDLEWARE = ["tests.browser.fresh.forget_content_types", *MIDDLEWARE]  # noqa: F405
# As if a mail server were set; nothing is sent from there.
EMAIL_URL = "memorymail://"
