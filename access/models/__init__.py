"""Who may come in: users, their roles, the tokens of integrations, and the answers already given to a key."""

from access.models.idempotency import IdempotentAnswer
from access.models.role import StaffRole
from access.models.setting import Setting
from access.models.token import ApiToken
from access.models.user import User

__all__ = ["ApiToken", "IdempotentAnswer", "Setting", "StaffRole", "User"]
