"""The back office's pages about customers: list, profile page, and what is done from there."""

from profiles.admin import audit, importing, interaction, location, profile, segment, staff, tag, unheard  # noqa: F401
