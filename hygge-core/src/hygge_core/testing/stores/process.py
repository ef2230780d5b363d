"""What the kit's other process does with a store: it commits what was sealed elsewhere.

The manifest's JSON comes as a line; its receipt goes as one.
"""

from __future__ import annotations

import sys

from hygge_core.jsons import from_json, to_json
from hygge_core.records import Manifest
from hygge_core.testing.another import opening


def main(modules: str, opened: str, root: str) -> None:
    manifest = from_json(sys.stdin.readline(), Manifest)
    ref = manifest.ref
    with (
        opening(modules, opened, root) as (world, named),
        world.store(named, flow=ref.flow, entity=ref.entity) as store,
    ):
        sys.stdout.write(to_json(store.commit(manifest)))


if __name__ == "__main__":
    main(*sys.argv[1:])
