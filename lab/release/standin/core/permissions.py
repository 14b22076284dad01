"""Who may do what: the roles of a project, and what a robot may be given (harbor.md 5.5, 5.6)."""

ADMIN, DEVELOPER, GUEST, MAINTAINER, LIMITED = 1, 2, 3, 4, 5
ROLE_NAMES = {1: "projectAdmin", 2: "developer", 3: "guest", 4: "maintainer", 5: "limitedGuest"}


def _pairs(text: str) -> frozenset[tuple[str, str]]:
    found = (entry.partition(":") for entry in text.split())
    return frozenset((resource, action) for resource, _, actions in found
                     for action in actions.split(","))


PUBLIC = _pairs("project:read repository:pull,list,read artifact:read,list tag:list "
                "metadata:read,list")
_LIMITED = PUBLIC | _pairs("quota:read")
_GUEST = _LIMITED | _pairs("member:list,read log:list")
_DEVELOPER = _GUEST | _pairs("repository:push,update artifact:create tag:create")
_MAINTAINER = _DEVELOPER | _pairs("repository:delete artifact:delete tag:delete robot:list,read "
                                  "metadata:create,update,delete")
_ADMIN = _MAINTAINER | _pairs("project:update,delete member:create,update,delete "
                              "robot:create,update,delete")
ROLES = {ADMIN: _ADMIN, MAINTAINER: _MAINTAINER, DEVELOPER: _DEVELOPER, GUEST: _GUEST,
         LIMITED: _LIMITED}

# What a robot may be granted; there is no robot:update and no configuration.
ROBOT_PROJECT = _pairs(
    "project:read,update,delete repository:list,read,update,delete,pull,push "
    "artifact:list,read,create,delete tag:list,create,delete member:list,read,create,update,delete "
    "metadata:list,read,create,update,delete robot:list,read,create,delete quota:read log:list "
    "label:list,read,create,update,delete artifact-label:create,delete scan:read,create,stop "
    "sbom:read,create,stop scanner:read,create accessory:list "
    "immutable-tag:list,create,update,delete tag-retention:list,read,create,update,delete,operate "
    "notification-policy:list,read,create,update,delete artifact-addition:read "
    "preheat-policy:list,read,create,update,delete export-cve:read,create")
ROBOT_SYSTEM = _pairs(
    "project:list,create user:list,read,create,update,delete quota:list,read,update "
    "registry:list,read,create,update,delete replication:list,read,create "
    "replication-policy:list,read,create,update,delete replication-adapter:list "
    "garbage-collection:list,read,create,update,stop purge-audit:list,read,create,update,stop "
    "system-volumes:read audit-log:list robot:list,read,create,delete catalog:read "
    "jobservice-monitor:list,stop scan-all:read,create,update,stop "
    "label:read,create,update,delete scanner:list,read,create,update,delete "
    "security-hub:list,read export-cve:read,create ldap-user:list,create "
    "user-group:list,read,create,update,delete preheat-instance:list,read,create,update,delete")


def grantable(kind: str) -> frozenset[tuple[str, str]]:
    """The pairs that a robot permission of this kind (system, project) may hold."""
    return ROBOT_SYSTEM if kind == "system" else ROBOT_PROJECT
