"""Moved to the floor below, where transactions find it too."""

from profiles.admin.reading import FactsAdmin, found_customers, may

__all__ = ["FactsAdmin", "found_customers", "may"]
