"""Every reason for which a reaction or a run is refused: code and sentence, in one place for all doors."""

from cxmanager.refusals import Refusal

SENTENCES = {
    "no_actions": "Add an action first: this would do nothing.",
    "never_due": "It would never be due: its date is over. Choose one that is to come.",
    "switched_off": "Switch it on first: while it is switched off it does nothing.",
    "still_waiting": "This run is going to be done anyway.",
    "already_done": "This run was done. Doing it again would give the customer everything twice.",
    "not_going_on": "Only what is going on can be paused.",
    "not_paused": "Only what is paused can be resumed.",
    "no_customer": "This event is no customer's, so there is nobody to do it for.",
}


def refusal(code: str, **details) -> Refusal:
    """The refusal of this code."""
    return Refusal(SENTENCES[code], code=code, **details)
