from reactions.admin.deliveries import DeliveryAdmin
from reactions.admin.occurrences import OccurrenceAdmin
from reactions.admin.reactions import ReactionAdmin
from reactions.admin.runs import RunAdmin
from reactions.admin.targets import TargetAdmin
from reactions.admin.webhooks import WebhookAdmin

__all__ = ["DeliveryAdmin", "OccurrenceAdmin", "ReactionAdmin", "RunAdmin", "TargetAdmin", "WebhookAdmin"]
