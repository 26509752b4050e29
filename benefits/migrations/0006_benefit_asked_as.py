from uuid import UUID

from django.db import migrations, models

FORM = "^form-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
AT_ONCE = 1_000


def move_forms(apps, schema_editor) -> None:
    """What was issued by hand had its form's id where other systems keep theirs."""
    Benefit = apps.get_model("benefits", "Benefit")
    issued_by_hand = Benefit.objects.filter(external_id__regex=FORM).only("external_id")
    while rows := list(issued_by_hand.order_by("pk").filter(asked_as=None)[:AT_ONCE]):
        for row in rows:
            row.asked_as, row.external_id = UUID(row.external_id.removeprefix("form-")), None
        Benefit.objects.bulk_update(rows, ["asked_as", "external_id"])


class Migration(migrations.Migration):
    dependencies = [
        ("benefits", "0005_claim_conditions"),
    ]

    operations = [
        migrations.AddField(
            model_name="benefit",
            name="asked_as",
            field=models.UUIDField(editable=False, help_text="The form it was issued from by hand.", null=True),
        ),
        migrations.AddConstraint(
            model_name="benefit",
            constraint=models.UniqueConstraint(
                condition=models.Q(("asked_as__isnull", False)),
                fields=("asked_as",),
                name="benefits_benefit_asked_as_once",
            ),
        ),
        migrations.RunPython(move_forms, migrations.RunPython.noop),
    ]
