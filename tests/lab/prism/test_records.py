"""The hypervisor that only keeps records."""

import pytest

from lab.hypervisor import HypervisorError, Records


def make_machine(records: Records) -> None:
    records.define(
        uuid="vm",
        name="harbor-01",
        mac="50:6b:8d:00:00:01",
        address="192.0.2.50",
        user_data=b"#cloud-config\n",
        meta_data=b"{}",
    )


def test_a_machine_has_its_address_while_it_is_on() -> None:
    records = Records()
    make_machine(records)
    assert records.machines["vm"].address is None

    records.power_on("vm")
    assert (records.is_on("vm"), records.machines["vm"].address) == (True, "192.0.2.50")

    records.ignores_shut_down = True
    records.shut_down("vm")
    assert records.is_on("vm")
    records.power_off("vm")
    assert not records.is_on("vm")


def test_everything_may_be_repeated() -> None:
    records = Records()
    make_machine(records)
    for _ in range(2):
        records.create_disk("disk", 10)
        records.attach_disk("vm", "disk")
        records.grow_disk("disk", 20)
        records.grow_disk("disk", 10)
    make_machine(records)

    assert records.disks == {"disk": 20}
    assert records.machines["vm"].disks == {"disk"}
    for _ in range(2):
        records.detach_disk("vm", "disk")
        records.delete_disk("disk")
        records.delete("vm")
    assert (records.machines, records.disks) == ({}, {})


def test_says_what_it_does_not_know() -> None:
    records = Records()

    with pytest.raises(HypervisorError, match="no machine vm"):
        records.power_on("vm")
    with pytest.raises(HypervisorError, match="no disk disk"):
        records.grow_disk("disk", 1)
    assert not records.is_on("vm")
