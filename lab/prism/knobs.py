"""Every behaviour of Prism that nobody could verify, as a knob with a default (nutanix.md 8)."""

from dataclasses import dataclass, field


def newest_minors() -> dict[str, int]:
    """The highest v4 minor per namespace of the newest known Prism Central (nutanix.md 1.2)."""
    return {
        "clustermgmt": 3,
        "iam": 0,
        "multidomain": 3,
        "networking": 4,
        "prism": 4,
        "vmm": 3,
        "volumes": 3,
    }


@dataclass
class Knobs:
    """How this Prism behaves; may be changed while it runs. Times are seconds."""

    # Who answers.
    role: str = "pc"  # pc: Prism Central, v4 (v2 only by proxyClusterUuid); pe: Prism Element, v2
    product: str = "pc.7.6"
    max_minor: dict[str, int] = field(default_factory=newest_minors)
    serves_legacy: bool = True  # v2, v1 and v0.8 still there (nutanix.md 1.3)
    info: str = "told"  # told | missing: 404, the version must be tried
    info_needs_login: bool = False

    # Tasks.
    task_seconds: float = 0.0  # 0: done before the 202 is sent
    create_operation: str = "VmCreate"
    power_on_operation: str = "VmPowerOn"
    vm_rel: str = "vmm:ahv:config:vm"

    # Conditional requests.
    etag: str = "required"  # required | optional
    missing_etag_status: int = 428
    stale_etag_status: int = 412  # some tools report 409
    stale_etag_as: str = "answer"  # answer | task
    etag_in: str = "both"  # both | header | x-header: X-Ntnx-Etag | body: $reserved

    # Request ids.
    request_id: str = "required"  # required | optional, on calls that change something
    replay: str = "same"  # same: first answer again | refused: 400 | new: done again
    replay_seconds: float = 3600.0

    # Who may.
    unauthorized_body: str = "json"  # json | html | empty
    forbidden_body: str = "json"
    not_found_body: str = "json"  # json | message: without `data` | empty
    sends_cookie: bool = True
    cookie_seconds: float = 900.0
    lockout_after: int = 0  # wrong passwords until the user is locked; 0: never

    # Load.
    requests_per_second: float | None = None
    sends_retry_after: bool = True
    rate_limit_status: int = 429  # 400 with the group of a rate limit was met, too

    # Requests with doubtful content.
    strict_bodies: bool = False  # unknown fields refused with 400
    object_type: str = "required"  # required | optional, on values of several types
    unknown_reference: str = "task"  # task: FAILED later | answer: 404 at once
    userdata_must_be_cloud_config: bool = False  # AOS 7.3 (nutanix.md 2.8)
    duplicate_volume_group: str = "task"  # task | answer: 409 | allow
    duplicate_category: str = "answer"  # answer: 409 | allow
    delete_attached_volume_group: str = "task"  # task | answer: 409 | allow
    delete_vm_with_volume_group: str = "allow"  # allow: detaches | task
    power_on_at_create: bool = False
    power_to_same_state: str = "FAILED"  # FAILED | SUCCEEDED
    category_create_status: int = 201
    no_space_error: tuple[str, str] = ("VMM-30129", "RESOURCE_SHORTAGE")  # code, group
    no_address_error: tuple[str, str] = ("VMM-30130", "INSUFFICIENT_RESOURCES_ERROR")

    # What is shown.
    address: str = "assigned"  # assigned | never | late | apipa | ipv6only
    address_late_seconds: float = 5.0
    list_lag_seconds: float = 0.0
    container_ext_id_is_null: bool = False  # early v4 (nutanix.md 2.4)

    # Prism Element.
    v2_error_body: str = "json"  # json | text | empty
    v2_lower_case_status: bool = False
    v2_change_status: int = 201
    v2_page_size: int | None = None  # None: a list comes whole
    v2_pages: bool = True  # False: `page` and `count` are ignored
    v2_detach_body: str = "full"  # full | vm: only the machine may be named
    v2_disk_spec: str = "both"  # both | create_spec | create_config
    v2_cookie: str = "JSESSIONID"
    ha_state: str = "HighlyAvailable"
    ha_reservation: str = "RESERVE_SEGMENTS"
