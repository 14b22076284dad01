"""What pages and commands may ask of the portal. Each function's promise is in its own file."""

from portal.asking import (
    Preview,
    cancel,
    change,
    copy,
    draft,
    place_of,
    preview,
    problems_with,
    submit,
    wanted_of,
)
from portal.choices import (
    Room,
    clusters,
    instances_for,
    projects_of,
    robots_of,
    room_of,
    rooms_of,
)
from portal.clashes import clashes
from portal.deciding import Outcome, approve, decide_many, inbox, reject
from portal.delivering import retry
from portal.handing import hand_over
from portal.identities import (
    Identities,
    ProjectNow,
    identities_of,
    is_name_free,
    look_at,
    unknown_members,
)
from portal.kinds import Place
from portal.rules import Deciders, deciders_of
from portal.snippets import Snippet, Use, snippets, use_of, use_of_robot
from portal.withdrawing import what_is_lost, withdraw

__all__ = [
    "Deciders", "Identities", "Outcome", "Place", "Preview", "ProjectNow", "Room", "Snippet",
    "Use", "approve", "cancel", "change", "clashes", "clusters", "copy", "decide_many",
    "deciders_of", "draft", "hand_over", "identities_of", "inbox", "instances_for",
    "is_name_free", "look_at", "place_of", "preview", "problems_with", "projects_of", "reject",
    "retry", "robots_of", "room_of", "rooms_of", "snippets", "submit", "unknown_members",
    "use_of", "use_of_robot", "wanted_of", "what_is_lost", "withdraw",
]
