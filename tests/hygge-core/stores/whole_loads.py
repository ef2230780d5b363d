"""A load from its beginning to its end."""

from hygge_core.records import Load, LoadRef


def moved(store, run_id, *batches, mode="append"):
    """Stage ``batches`` and publish them; returns the manifest."""
    ref = LoadRef(run_id=run_id, flow="f", entity="orders")
    staging = store.begin(Load(ref=ref, mode=mode, schema=batches[0].schema))
    for batch in batches:
        staging.write(batch)
    manifest = staging.seal()
    store.commit(manifest)
    store.cleanup(manifest)
    return manifest
