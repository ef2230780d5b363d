"""A table is replaced by deleting its folder, waiting until the service has dropped the table, and
making the folder anew. A note in the run's staging says how far that got: a folder is deleted once,
and a wait that was interrupted goes on where it was.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from attrs import frozen

from hygge_adls import LakeShelf
from hygge_core.errors import StoreError
from hygge_core.records import now

#: Seconds between attempts while the service holds the folder: about two minutes in all.
PAUSES = (1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 30.0, 30.0)


@frozen(kw_only=True)
class Drop:
    """The dropping of the folder ``live``.

    * ``etag`` which folder that was at SEAL; empty: there was none, and there is nothing to wait
      for.
    * ``unchanged`` raises where somebody has added to that folder since SEAL.
    * ``note`` where it is noted, on the shelf.
    * ``seconds`` how long the service gets.
    * ``wait`` sleeps, saying why, with the entity's slot given to somebody else.
    """

    shelf: LakeShelf
    live: str
    etag: str
    unchanged: Callable[[], None]
    note: str
    seconds: float
    wait: Callable[[float, str], None]

    def run(self) -> None:
        """Delete and wait, as far as that is not done yet. Raises ``StoreError``."""
        noted: dict[str, Any] = self.shelf.read_json(self.note) or {}
        there = self.shelf.folder_etag(self.live)
        if there is None and not self.etag:
            return
        if there is not None and there == self.etag:
            self.unchanged()
        if there is not None and there != self.etag:
            self._require_unused(expected=bool(noted) or not self.etag)
        elif not noted:
            self.shelf.write_json(self.note, {"folder": self.etag})  # from here on: partial
        if there is not None and there == self.etag:
            self._delete()
        if "deleted" not in noted and self.etag:
            noted = {"folder": self.etag, "deleted": now().isoformat()}
            self.shelf.write_json(self.note, noted)
        self._wait(noted)

    def _require_unused(self, *, expected: bool) -> None:
        """A folder that appeared since SEAL: our own, without a file yet, or somebody else's.

        ``expected``: this run makes one here, because there was none or it has begun to delete.
        """
        files = self.shelf.list(self.live)
        if not expected or any(not entry.name.endswith(".part") for entry in files):
            raise StoreError(
                f"{self.shelf.address(self.live)} is neither as it was when this load was sealed "
                "nor as this load makes it: somebody else was faster, and their data stays",
                hint="hygge recover --undo RUN, then run again",
            )

    def _delete(self) -> None:
        """That very folder: whoever slept meanwhile deletes no table that was made in its place."""
        for seconds in (*PAUSES, None):
            try:
                self.shelf.delete_tree(self.live, etag=self.etag)
            except StoreError as exc:
                if seconds is None or not exc.transient:
                    raise
                self.wait(seconds, f"the service holds {self.live}")
            else:
                return

    def _wait(self, noted: dict[str, Any]) -> None:
        if "deleted" not in noted:
            return
        since = datetime.fromisoformat(noted["deleted"]).astimezone(UTC)
        left = self.seconds - max(0.0, (now() - since).total_seconds())
        if left > 0:
            self.wait(left, f"until the service has dropped {self.live}")
