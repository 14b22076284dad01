"""What the engine says of a container becomes words an operator knows."""

from deployments.containers import ContainerState, state_of


class Engine:
    def __init__(self, document):
        self.document = document

    def inspect(self, name):
        return self.document


def test_reads_what_the_engine_says():
    state = state_of(Engine({
        "State": {"Status": "restarting", "ExitCode": 2, "StartedAt": "2026-01-01T00:00:00Z"},
        "RestartCount": 9,
    }), "nginx")

    assert str(state) == "nginx: restarting, restarted 9 times, exit code 2"
    assert state.is_failing
    assert state.keeps_falling(since=0)
    assert not state.keeps_falling(since=5)


def test_a_container_that_is_not_there_is_missing():
    assert state_of(Engine(None), "nginx").state == "missing"


def test_running_without_a_health_check_is_well():
    assert ContainerState(name="exporter", state="running").is_well


def test_starting_is_neither_well_nor_failing():
    state = ContainerState(name="core", state="running", health="starting")

    assert not state.is_well
    assert not state.is_failing
