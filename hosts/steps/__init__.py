"""What pipelines do with hosts and volumes."""

from hosts.steps.compare_hosts import compare_hosts
from hosts.steps.delete_leftover import delete_leftover
from hosts.steps.fetch_image import check_image, fetch_image, read_image_file
from hosts.steps.give_up_machine import give_up_machine, is_switched_on
from hosts.steps.power import switch_machine_off, switch_machine_on
from hosts.steps.prepare_volumes import prepare_volumes
from hosts.steps.provision_host import provision_host
from hosts.steps.reach_docker import reach_docker
from hosts.steps.renew_engine import check_engine, renew_client, renew_server
from hosts.steps.resize_host import resize_host
from hosts.steps.retire import delete_host, delete_volumes, detach_volumes
from hosts.steps.volume_driver import remove_volume_driver

__all__ = [
    "check_engine", "check_image", "compare_hosts", "delete_host", "delete_leftover",
    "delete_volumes", "detach_volumes", "fetch_image", "give_up_machine", "is_switched_on",
    "prepare_volumes", "provision_host", "reach_docker", "read_image_file", "remove_volume_driver",
    "renew_client", "renew_server", "resize_host", "switch_machine_off", "switch_machine_on",
]
