"""What is said when a draw cannot be held: every fault at once, each with its place."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from rewardsim.draws.keys import Unreadable, listed
from rewardsim.programme.faults import Fault, Place, ProgrammeError, one_line

Found = TypeVar("Found")


class DrawError(ValueError):
    """Input that was refused as a whole; nothing was written."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(listed([f"{fault.code}: {fault}" for fault in self.faults]))


def refuse(code: str, place: object, found: str, allowed: str, todo: str) -> DrawError:
    """The error for one fault."""
    return DrawError([Fault(Place(str(place)), code, one_line(found), allowed, todo)])


class Together:
    """Attempts whose faults are reported together."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def attempt(self, make: Callable[[], Found]) -> Found | None:
        """What an attempt makes, None where it is at fault."""
        try:
            return make()
        except (DrawError, ProgrammeError) as error:
            self.faults += error.faults
        except Unreadable as error:
            self.faults += [
                Fault(Place(one.file, one.row), one.code, one_line(one.found), one.allowed, one.todo)
                for one in error.wrongs
            ]
        except OSError as error:
            found = error.strerror or str(error)
            self.faults += refuse("unreadable", error.filename, found, "a readable file", "check the path").faults
        return None

    def refuse(self) -> None:
        """Raise what was found, if anything was."""
        if self.faults:
            raise DrawError(self.faults)
