from reactions.models.delivery import Delivery
from reactions.models.target import Target
from reactions.models.webhook import Webhook

__all__ = ["Delivery", "Target", "Webhook"]
