"""`manage.py seed_demo`: a programme to try things on."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from access.demo import PASSWORD, PEOPLE, make_users
from access.roles import Role
from achievements.demo import make_achievements
from benefits.demo import issue_some, make_definitions
from earning.demo import let_some_earn, make_loyalty
from earning.demo.cards import fill_cards
from profiles.demo import make_locations, make_profiles, make_segments, tell_stories
from reactions.demo import make_reactions
from reactions.demo_deliveries import make_receivers
from transactions.demo import make_transactions
from transactions.demo_cases import make_cases


class Command(BaseCommand):
    help = "Make a repeatable demo programme: users of every role, shops, benefit definitions, a loyalty program with its rules, customers, their purchases, what those earned, and their benefits."

    def add_arguments(self, parser):
        parser.add_argument("--profiles", type=int, default=500, help="How many customers. Default 500.")
        parser.add_argument("--transactions", type=int, default=2_000, help="How many sales and returns. Default 2000.")
        parser.add_argument("--seed", type=int, default=1, help="The same seed makes the same customers. Default 1.")

    def handle(self, *, profiles: int, transactions: int, seed: int, **options):
        at = timezone.now()
        users = make_users()
        clerk = users[Role.STORE_STAFF]
        locations = make_locations([clerk, users[Role.PROGRAM_MANAGER]])
        definitions = make_definitions()
        customers = make_profiles(profiles, at=at, seed=seed, locations=locations)
        tell_stories(at=at, clerk=clerk, locations=locations)
        make_segments(at=at)
        make_loyalty(at=at, user=users[Role.PROGRAM_MANAGER])
        benefits = issue_some(definitions, at=at, seed=seed, clerk=clerk, locations=locations)
        purchases = make_transactions(transactions, at=at, seed=seed, locations=locations)
        purchases += make_cases(at=at, locations=locations)
        awards = let_some_earn(at=at, seed=seed)
        fill_cards(at=at, seed=seed, clerk=clerk)
        make_segments(at=at)
        make_achievements(at=at, seed=seed)
        make_reactions(at=at, seed=seed, clerk=clerk)
        make_receivers(at=at, seed=seed)
        self.stdout.write(
            f"Added {customers:,} customers, {purchases:,} transactions and {benefits:,} benefits; some earned {awards:,} times."
        )
        for role, (_, email) in PEOPLE.items():
            self.stdout.write(f"  {role:<16} {email:<24} {PASSWORD}")
