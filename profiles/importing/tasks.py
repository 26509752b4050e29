"""The jobs of imports of customers: where the worker comes in and the clock is read."""

from django.utils.timezone import now

from jobs.handlers import handles
from jobs.models import Job
from profiles.importing.columns import APPEARANCE_KEY, COMMS_KEY, CUSTOM, FIELDS, IDENTITY, Columns, label_of
from profiles.importing.kinds import Kind, register
from profiles.importing.working import check, check_now, run
from profiles.preferences import APPEARANCE, COMMS

CHECK, RUN = "profiles.check_import", "profiles.import"
SAMPLE = """\
email,first_name,last_name,mobile_phone,birth_date,tags,identity:loyalty-card,email_promo
carlos@example.com,Carlos,Núñez,0450 551 501,1985-03-14,vip;newsletter,2900000012345,yes
mei@example.com,Mei,Tanaka,,,,2900000012346,no
"""


def choices() -> list:
    """What a column can be, in groups. Those under Elsewhere need a name beside them."""
    return [
        ("Customer", [(key, label) for key, (label, _) in FIELDS.items()]),
        ("Elsewhere", [(IDENTITY, "Identity in the system …"), (CUSTOM, "Attribute …")]),
        ("Consents", [(f"{COMMS_KEY}{key}", label_of(f"{COMMS_KEY}{key}")) for key in COMMS]),
        ("Appearance", [(f"{APPEARANCE_KEY}{key}", label_of(f"{APPEARANCE_KEY}{key}")) for key in APPEARANCE]),
    ]


register(
    Kind(
        handle="profiles",
        handler="omneo:profile",
        label="Customers",
        one="customer",
        several="customers",
        permission="profiles.import_profiles",
        scope="create-imports",
        columns=Columns,
        explained=[
            ("email", "The address. Customers are found by it unless you choose another column."),
            ("first_name, last_name, title, gender", "As they write it."),
            ("mobile_phone, secondary_phone", "With or without the country code."),
            ("birth_date", "Best as 2001-02-28. Or birth_year, birth_month and birth_day."),
            ("joined_at, joined_location, preferred_location", "A date; the code or name of a location."),
            ("identity:loyalty-card", "The customer's number elsewhere, here on the system “loyalty-card”."),
            ("tags", "With semicolons or commas between them."),
            ("email_promo, sms_promo, …", "Consents: yes or no."),
            ("custom:shop:size", "An attribute of your own: its namespace and its name."),
            ("id, company, occupation, profile_type, currency, avatar_url", "Where you have them."),
        ],
        sample=SAMPLE,
        choices=choices,
        matches=[("email", label_of("email")), ("id", label_of("id"))],
        match_label="Who is a row about?",
        match_help="A row whose value is stored already changes that customer; any other makes a new one.",
        check_job=CHECK,
        run_job=RUN,
        check_now=check_now,
        run=run,
        list_page="admin:profiles_profile_changelist",
        is_taken_whole=True,
    )
)


@handles(CHECK, label="Check of a file to import")
def check_import(job: Job) -> dict:
    return check(job, clock=now)


@handles(RUN, label="Import of customers")
def run_import(job: Job) -> dict:
    return run(job, clock=now)
