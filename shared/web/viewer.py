"""Who looks at a page: all that a page may know about a session."""

from dataclasses import dataclass

STAFF = frozenset({"officer", "selector", "admin"})


@dataclass(frozen=True, slots=True)
class Viewer:
    person: str | None = None
    roles: frozenset[str] = frozenset()

    @property
    def is_signed_in(self) -> bool:
        return self.person is not None

    @property
    def is_staff(self) -> bool:
        return not STAFF.isdisjoint(self.roles)

    def has(self, role: str) -> bool:
        return role in self.roles


ANONYMOUS = Viewer()
