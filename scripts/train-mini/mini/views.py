"""Views: the pictures training sees, cut once and kept in the work folder."""

from pathlib import Path

import numpy as np

from . import photos, settings


def make_views(debian: Path, work: Path) -> tuple[list[np.ndarray], list[tuple[str, np.ndarray]]]:
    """(training views, held-out (name, view) pairs), uint8 [height, width, 3]; cut once, then read from `work`."""
    file = work / "views.npz"
    if not file.exists():
        rng = np.random.default_rng(settings.SEED)
        train, held, names = [], [], []
        for photo in photos.find_photos(debian):
            picture = photos.load(photo)
            if photo.held_out:
                held.append(photos.cut_view(picture, rng, whole=True))
                names.append(photo.name)
                continue
            train += [photos.cut_view(picture, rng, whole=n == 0) for n in range(settings.VIEWS_A_PHOTO)]
        train += [photos.drawn_view(rng) for _ in range(settings.DRAWN_VIEWS)]
        arrays = {f"train{n:04d}": v for n, v in enumerate(train)} | {f"held{n:04d}": v for n, v in enumerate(held)}
        work.mkdir(parents=True, exist_ok=True)
        np.savez(file, names=np.array(names), **arrays)
    stored = np.load(file)
    names = [str(n) for n in stored["names"]]
    train = [stored[k] for k in stored.files if k.startswith("train")]
    held = [stored[k] for k in stored.files if k.startswith("held")]
    return train, list(zip(names, held))
