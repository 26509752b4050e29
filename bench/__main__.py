"""`python -m bench [NAME [ARGUMENT…]]`: run one benchmark, or every module here that has a `main`."""

import os
import pkgutil
import sys
from importlib import import_module

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cxmanager.settings")
    os.environ.setdefault("DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres")
    django.setup()
    import bench
    from cxmanager.collecting import spare_what_is_loaded

    # As workers do, in whose place many of these stand.
    spare_what_is_loaded()
    wanted, arguments = sys.argv[1:2], sys.argv[2:]
    for name in wanted or sorted(one.name for one in pkgutil.iter_modules(bench.__path__)):
        run = getattr(import_module(f"bench.{name}"), "main", None) if name != "__main__" else None
        if run is not None:
            run(arguments)


if __name__ == "__main__":
    main()
