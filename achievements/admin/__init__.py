from achievements.admin import definitions, progress

__all__ = ["definitions", "progress"]
