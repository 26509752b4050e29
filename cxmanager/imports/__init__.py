"""The one base for what django-import-export reads and writes: rows pass the model's rules, refusals name row and field.

Files of profiles, which may be large, go through `profiles.importing`; this serves definitions, benefits and every export.
"""

from cxmanager.imports.admin import FileExportMixin, FileImportMixin
from cxmanager.imports.cells import escaped, unescaped
from cxmanager.imports.resources import CheckedResource, refused_rows

__all__ = ["CheckedResource", "FileExportMixin", "FileImportMixin", "escaped", "refused_rows", "unescaped"]
