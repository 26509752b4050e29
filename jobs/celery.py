"""The rounds over a broker, on Redis or RabbitMQ: `celery -A jobs worker`, and `celery -A jobs beat` as clock and sweeper.

One task for each kind of round, and none carries data: “do some of what is due in `events`”. What is due stands in the
database, so a message that is lost, repeated or late does no harm.
"""

import os

import django
from celery import Celery
from celery.schedules import crontab
from celery.signals import worker_init
from django.apps import apps
from kombu import Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cxmanager.settings")
if not apps.ready:
    django.setup()

from django.conf import settings

from cxmanager.collecting import spare_what_is_loaded
from jobs.poking import MESSENGER
from jobs.working import do_for_a_while, rounds

HOUSEKEEPING = "housekeeping"
# A message that waited longer was overtaken by later ones of the sweep.
OUTDATED = {"expires": 60}
REDIS = {
    "socket_connect_timeout": 3,
    "visibility_timeout": 3600,
    # Of several programmes that share one, each has its own.
    "global_keyprefix": f"{settings.CELERY_QUEUE}:",
}
# No other round writes what these do.
LONG = {"jobs", HOUSEKEEPING}


def task_name(what: str) -> str:
    return f"jobs.{what}"


def queue_of(what: str) -> str:
    """Each kind has its own, so that a worker may be given some of them: `-Q cxmanager.jobs`."""
    return f"{settings.CELERY_QUEUE}.{what}"


def register(app: Celery, what: str) -> None:
    @app.task(name=task_name(what))
    def do_what_is_due() -> None:
        count, is_more_left = do_for_a_while(what)
        if is_more_left:
            MESSENGER.send_soon(what)
        if count:
            # One leads to another: a job writes events, an event what is to be sent.
            for other in rounds().keys() - LONG - {what}:
                MESSENGER.send_soon(other)


def sweep() -> dict:
    """Beat's table: every kind of round every few seconds, tidying up once an hour."""
    table = {
        what: {"task": task_name(what), "schedule": float(settings.CELERY_SWEEP_SECONDS), "options": OUTDATED}
        for what in rounds().keys() - {HOUSEKEEPING}
    }
    # By the clock, so that a Beat that is often started anew tidies as well.
    return table | {HOUSEKEEPING: {"task": task_name(HOUSEKEEPING), "schedule": crontab(minute=7)}}


app = Celery("cxmanager", set_as_current=False)
app.conf.update(
    broker_url=settings.CELERY_BROKER_URL,
    # Forever: a broker that is gone comes back.
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_connection_timeout=3,
    broker_transport_options=REDIS if settings.CELERY_BROKER_URL.startswith("redis") else {},
    task_queues=[Queue(queue_of(what), routing_key=queue_of(what)) for what in rounds()],
    task_routes={task_name(what): {"queue": queue_of(what)} for what in rounds()},
    task_create_missing_queues=False,
    # Nothing is in a message that a disk would have to keep.
    task_default_delivery_mode="transient",
    task_ignore_result=True,
    # The message goes when its work is done, and comes back when the process that had it dies.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    # It may be done twice then, which the database makes harmless; cancelling would cut a job off for nothing.
    worker_cancel_long_running_tasks_on_connection_loss=False,
    worker_hijack_root_logger=False,
    beat_schedule=sweep(),
    # In memory: nothing of this table needs to be remembered, and no file is left behind.
    beat_scheduler="celery.beat:Scheduler",
    beat_max_loop_interval=1,
    timezone=settings.TIME_ZONE,
)
for kind in rounds():
    register(app, kind)


@worker_init.connect
def before_there_are_children(**_) -> None:
    """They share what is loaded, and a collector that wrote on it would copy it for each."""
    spare_what_is_loaded()
