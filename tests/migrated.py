"""The test database as the migrations leave it, kept from one run to the next: on SQLite they take longer than most runs.

What is kept is known by all that has a say in it, so that a changed migration makes it anew.
"""

import shutil
import tempfile
from hashlib import sha256
from pathlib import Path

from django.apps import apps
from django.conf import settings

ROOT = Path(__file__).parent.parent


def kept() -> Path:
    """Where it is kept, whether or not it is there yet."""
    said = sha256()
    for one in sorted(apps.get_app_configs(), key=lambda one: one.label):
        for path in sorted(Path(one.path).glob("migrations/*.py")):
            said.update(f"{one.label}/{path.name}".encode())
            said.update(path.read_bytes())
        # What a migration leaves is completed after it, from what the apps say then.
        if Path(one.path).is_relative_to(ROOT):
            for name in ("roles.py", "apps.py", "standing.py", "ledger/append_only.py", "models/__init__.py"):
                path = Path(one.path, name)
                said.update(path.read_bytes() if path.exists() else b"")
    for name in ("TIME_ZONE", "DEFAULT_CURRENCY"):
        said.update(str(getattr(settings, name)).encode())
    return Path(tempfile.gettempdir(), f"cxmanager-migrated-{said.hexdigest()[:20]}.sqlite3")


def lay_down(database: Path) -> bool:
    """Put what is kept where the test database will be; False where there is nothing."""
    try:
        shutil.copyfile(kept(), database)
    except FileNotFoundError:
        return False
    return True


def keep(database: Path) -> None:
    """Keep it for the next run. Of several at once each writes its own, and the last one stays."""
    with tempfile.NamedTemporaryFile(dir=tempfile.gettempdir(), delete=False) as new:
        new.write(database.read_bytes())
    Path(new.name).replace(kept())
