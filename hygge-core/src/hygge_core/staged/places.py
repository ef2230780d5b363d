"""Where on a shelf a load stands: what readers see, and what is hygge's own."""

from __future__ import annotations

from attrs import frozen


@frozen
class Places:
    """Where a load stands on the shelf: ``live`` is what readers see, all else is hygge's ``own``.

    All on one shelf, beside each other, so that every step of publishing is a rename.
    """

    live: str
    own: str = ".hygge"

    def stage(self, run_id: str) -> str:
        """Everything that this run has staged; goes as a whole."""
        return f"{self.own}/stage/{run_id}"

    def files(self, run_id: str) -> str:
        """The staged files, in the folders that they will have below ``live``."""
        return f"{self.stage(run_id)}/files"

    def manifest(self, run_id: str) -> str:
        return f"{self.stage(run_id)}/manifest.json"

    def old(self, run_id: str) -> str:
        """What this run's full_drop superseded, kept until its cleanup."""
        return f"{self.own}/old/{run_id}"

    @property
    def ledger(self) -> str:
        """The unfinished runs of this destination and no other, for flows without a journal."""
        return f"{self.own}/runs/{self.live}"
