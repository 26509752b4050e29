"""Uploaded files between preview and confirmation, where only the back office reads."""

import re
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
    storage, forgotten = storages["private"], 0
    names = storage.listdir(ROOM)[1] if storage.exists(ROOM) else []
    for name in names:
        try:
            if storage.get_modified_time(f"{ROOM}/{name}") > before:
                continue
        except FileNotFoundError:
            # Confirmed meanwhile.
            continue
        storage.delete(f"{ROOM}/{name}")
        forgotten += 1
    return forgotten
