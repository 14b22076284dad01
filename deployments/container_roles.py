"""What each of Harbor's containers is there for, in one sentence (`harbor.md 1.2, 3.1`)."""

from django.utils.translation import gettext_lazy as _

ROLE_OF = {
    "log": _("Collects the lines of the other containers."),
    "registry": _("Stores and hands out the images."),
    "registryctl": _("Frees the space of deleted images."),
    "postgresql": _("Keeps users, projects and settings."),
    "core": _("Answers the API, checks passwords and hands out tokens."),
    "portal": _("Serves the pages that people see."),
    "jobservice": _("Runs scans, replication and clean-up in the background."),
    "redis": _("Holds sessions, the cache and the queue of jobs."),
    "proxy": _("Takes every connection and speaks TLS."),
}
