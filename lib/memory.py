"""Keeps garbage collections short in processes that hold much for as long as they live."""

import gc


def settle() -> None:
    """Never look again at what is there now: call it when everything is loaded.

    Half a million objects live as long as the process; each full collection that walks through
    them stops a page for a tenth of a second, and takes an eighth of a long import's time.
    """
    gc.collect()
    gc.freeze()
