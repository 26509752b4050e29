"""Uploaded files between preview and confirmation, where only the back office reads."""

import re
from collections.abc import Collection
from datetime import datetime

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from import_export.tmp_storages import BaseStorage
from uuid_utils.compat import uuid4

ROOM = "import-previews"


class KeptFile(BaseStorage):
    """One such file, under a name nobody chooses."""

    def save(self, data) -> None:
        self.name = uuid4().hex
        storages["private"].save(self._path(), ContentFile(data))

    def read(self) -> bytes:
        with storages["private"].open(self._path(), "rb") as file:
            return file.read()

    def remove(self) -> None:
        storages["private"].delete(self._path())

    def exists(self) -> bool:
        return bool(re.fullmatch(r"[0-9a-f]{32}", self.name or "")) and storages["private"].exists(self._path())

    def _path(self) -> str:
        return f"{ROOM}/{self.name}"


def forget(*, before: datetime) -> int:
    """Delete the files uploaded until then that nobody confirmed. Returns how many."""
    return delete_in(ROOM, before=before)


def delete_in(room: str, *, before: datetime, keeping: Collection[str] = ()) -> int:
    """Delete the files of a directory of the private storage that were last written until then. Returns how many."""
    storage, deleted = storages["private"], 0
    names = [f"{room}/{name}" for name in storage.listdir(room)[1]] if storage.exists(room) else []
    for name in set(names).difference(keeping):
        try:
            is_due = storage.get_modified_time(name) <= before
        except FileNotFoundError:
            # Confirmed or deleted meanwhile.
            continue
        if is_due:
            storage.delete(name)
            deleted += 1
    return deleted
