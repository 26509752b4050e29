"""`POST /transactions/queue`: the document waits as a job, and the worker records it as the endpoint would have."""

from datetime import datetime

from django.utils import timezone

from access.models import ApiToken
from jobs.handlers import handles
from jobs.models import Job
from profiles.cause import Cause, Door
from transactions.api.writing import TransactionInput
from transactions.models import Transaction

KIND = "transactions.queue"


def queue(document: dict, *, at: datetime, cause: Cause) -> Job:
    """Have a document, that was found well formed, recorded in the background."""
    token = cause.token.pk if cause.token is not None else None
    return Job.objects.enqueue(KIND, at=at, user=cause.user, total=1, document=document, token=token)


@handles(KIND, label="Transaction sent over the API")
def record(job: Job) -> dict:
    """Record the document; a second try finds what the first one made, by its `external_id`."""
    serializer = TransactionInput(data=job.arguments["document"])
    serializer.is_valid(raise_exception=True)
    given = serializer.validated_data
    profile = given.pop("profile", None)
    token = ApiToken.objects.filter(pk=job.arguments["token"]).first()
    cause = Cause(door=Door.API, user=job.created_by, token=token)
    if not given.get("external_id"):
        # So that a worker that dies after recording and before saying so does not record it twice.
        given["external_id"] = f"queue-{job.pk}"
    one = Transaction.objects.record(profile, given, at=timezone.now(), cause=cause)
    return {"transaction_id": one.pk}
