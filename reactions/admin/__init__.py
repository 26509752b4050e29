from reactions.admin.deliveries import DeliveryAdmin
from reactions.admin.targets import TargetAdmin
from reactions.admin.webhooks import WebhookAdmin

__all__ = ["DeliveryAdmin", "TargetAdmin", "WebhookAdmin"]
