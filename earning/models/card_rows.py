from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, models, transaction

from earning.models.program import Program
from earning.models.tier import TierDefinition
from earning.numbering import number_of
from earning.refusals import refusal
from jobs.poking import poke
from profiles.cause import Cause
from profiles.importing.bulk import among, insert_rows, reserve_ids
from profiles.importing.writing import TOLD, told_in_each
from profiles.models import Event, Profile

ATTEMPTS = 3


class LoyaltyCardQuerySet(models.QuerySet):
    def ensure(self, profile: Profile, program: Program | None = None, *, at: datetime, cause: Cause):
        """The customer's card of the program, of the default one where none is named; made where there is none yet.

        Any number of callers at once get the same. One query when it is there.
        """
        named = {"program__is_default": True} if program is None else {"program": program}
        wanted = self.select_related("program").filter(profile=profile, **named)
        for _ in range(ATTEMPTS):
            card = wanted.first()
            if card is not None:
                return card
            self.make([profile.pk], program or Program.objects.default(), at=at, cause=cause)
        return wanted.get()

    @transaction.atomic
    def make(self, profile_ids: Sequence[UUID], program: Program, *, at: datetime, cause: Cause) -> int:
        """Give each of these customers a card, where they have none of this program. Records `card.created` for each that was made.

        Each stands on the program's entry tier. Five statements, however many. Returns how many were made.
        """
        # In one order for all, so that two workers never wait for one another.
        owners = sorted(set(profile_ids))
        if not owners:
            return 0
        rows = dict(zip(reserve_ids(self.model, len(owners)), owners, strict=True))
        entry = TierDefinition.objects.entry(program)
        shared = {"program": program, "tier": entry, "created_at": at, "updated_at": at}
        self.bulk_create(
            [self.model(pk=pk, profile_id=owner, number=number_of(pk), **shared) for pk, owner in rows.items()],
            ignore_conflicts=True,
        )
        made = self.filter(among(self.model, "id", list(rows))).order_by("pk").values_list("pk", flat=True)
        pattern = self.model(status=self.model.Status.ACTIVE, **shared).as_payload()
        told = [
            (
                "card.created",
                rows[pk],
                self.model._meta.label_lower,
                str(pk),
                pattern | {"card_id": pk, "number": number_of(pk)},
            )
            for pk in made
        ]
        insert_rows(Event, TOLD, told, constants=told_in_each(at=at, cause=cause))
        poke("events")
        return len(told)

    @transaction.atomic
    def issue(self, profile: Profile, program: Program, *, at: datetime, cause: Cause, number: str = "", **given):
        """Make a card with what is given (number, status, referred_by) and record `card.created`.

        Raises ValidationError, Refusal: profile_inactive, card_held, number_taken.
        """
        if profile.deleted_at is not None:
            raise refusal("profile_inactive")
        (pk,) = reserve_ids(self.model, 1)
        card = self.model(
            pk=pk,
            profile=profile,
            program=program,
            number=number or number_of(pk),
            tier=TierDefinition.objects.entry(program),
            created_at=at,
            updated_at=at,
            **given,
        )
        card.full_clean(validate_unique=False, validate_constraints=False)
        try:
            with transaction.atomic():
                card.save(force_insert=True)
        except IntegrityError as error:
            raise refusal("number_taken" if "number" in str(error) else "card_held") from error
        card.record("card.created", at=at, cause=cause)
        return card
