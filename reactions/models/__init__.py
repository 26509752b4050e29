from reactions.models.action import Action
from reactions.models.delivery import Delivery
from reactions.models.occurrence import Occurrence
from reactions.models.reaction import Reaction
from reactions.models.run import Run
from reactions.models.target import Target
from reactions.models.webhook import Webhook

__all__ = ["Action", "Delivery", "Occurrence", "Reaction", "Run", "Target", "Webhook"]
