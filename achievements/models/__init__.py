"""Goals that customers climb: definitions, how far each customer is, and the levels that they reached."""

from achievements.models.achievement import Achievement, CountedSource, UnlockedLevel
from achievements.models.definition import AchievementDefinition

__all__ = ["Achievement", "AchievementDefinition", "CountedSource", "UnlockedLevel"]
