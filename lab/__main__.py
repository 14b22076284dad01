"""The lab's commands: python -m lab up | down | clean | status | machines | crash NAME ..."""

import argparse
import json
import sys
import threading

from lab.commands import run
from lab.control import Lab
from lab.errors import LabError
from lab.prism import ReplayedPrism
from lab.session import clean_up, come_up, end, run_in_background


def main() -> int:
    """Carry out one command; the exit code is 0 when it was done."""
    arguments = _parser().parse_args()
    try:
        arguments.act(arguments)
    except LabError as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m lab", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    up = commands.add_parser("up", help="bring a lab up and keep it until Ctrl-C")
    up.add_argument("--background", action="store_true", help="return when it is up")
    up.add_argument("--role", choices=["pc", "pe"], default="pc", help="Prism Central or Element")
    up.set_defaults(act=_up)
    plain = {
        "down": ("end the running lab", lambda _: end()),
        "clean": ("remove whatever a lab left, also a killed one", _clean),
        "status": ("where the running lab is", lambda _: _show(Lab.connect().status())),
        "machines": ("the machines of the running lab", lambda _: _machines()),
    }
    for name, (text, act) in plain.items():
        commands.add_parser(name, help=text).set_defaults(act=act)
    commands.choices["clean"].add_argument("--cache", action="store_true", help="the cache too")
    for name in ("power-on", "shut-down", "crash", "delete", "install-volume-driver"):
        command = commands.add_parser(name, help=f"{name.split('-', 1)[0]} ...")
        command.add_argument("name")
        command.set_defaults(act=_to_machine, call=name.replace("-", "_"))
    _add_calls(commands)
    return parser


def _add_calls(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    register = commands.add_parser("register", help="give a name an address in the lab's DNS")
    register.add_argument("name")
    register.add_argument("address")
    register.set_defaults(act=lambda a: Lab.connect().register(name=a.name, address=a.address))
    look = commands.add_parser("run", help="run a program in a machine")
    look.add_argument("name")
    look.add_argument("command", nargs=argparse.REMAINDER)
    look.set_defaults(act=lambda a: print(Lab.connect().inside(a.name, *a.command).stdout, end=""))
    fault = commands.add_parser("fault", help="something goes wrong with Prism's next calls")
    fault.add_argument("what", nargs="+", metavar="FIELD=VALUE", help="status=503 times=2 ...")
    fault.set_defaults(act=lambda a: Lab.connect().fault(**_fields(a.what)))
    journal = commands.add_parser("journal", help="the requests that Prism got")
    journal.set_defaults(act=lambda _: _show(Lab.connect().journal()))
    replay = commands.add_parser("replay", help="answer as a real Prism did, by its transcript")
    replay.add_argument("file", help="what `manage.py first_contact` saved")
    replay.add_argument("--port", type=int, default=9440)
    replay.set_defaults(act=_replay)
    release = commands.add_parser("release", help="build the stand-in release, print its path")
    release.set_defaults(act=lambda _: print(run(sys.executable, "-m", "lab.release").strip()))


def _up(arguments: argparse.Namespace) -> None:
    if arguments.background:
        _show(run_in_background(arguments.role))
    else:
        come_up(arguments.role)


def _replay(arguments: argparse.Namespace) -> None:
    with ReplayedPrism(arguments.file, port=arguments.port) as prism:
        print(f"{prism.url} answers as {prism.kind} until Ctrl-C; any user. Its CA:")
        print(prism.ca_pem)
        threading.Event().wait()


def _clean(arguments: argparse.Namespace) -> None:
    clean_up(cache=arguments.cache)
    print("Nothing of a lab is left on this machine.")


def _to_machine(arguments: argparse.Namespace) -> None:
    getattr(Lab.connect(), arguments.call)(name=arguments.name)


def _machines() -> None:
    for machine in Lab.connect().machines():
        state = "on" if machine["on"] else "off"
        print(f"{machine['name']:32} {machine['address'] or '-':16} {state}")


def _fields(words: list[str]) -> dict[str, object]:
    """FIELD=VALUE words as data; a value that is not JSON is text."""
    fields: dict[str, object] = {}
    for word in words:
        name, _, value = word.partition("=")
        try:
            fields[name] = json.loads(value)
        except ValueError:
            fields[name] = value
    return fields


def _show(data: object) -> None:
    print(json.dumps(data, indent=2))


if __name__ == "__main__":
    sys.exit(main())
