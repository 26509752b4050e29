"""The back office's sidebar, by task, and what its command palette finds."""

from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

COMMAND_SEARCH_MODELS = [
    "profiles.profile",
    "benefits.benefitdefinition",
    "achievements.achievementdefinition",
    "earning.earningrule",
    "earning.rewarddefinition",
    "earning.tierdefinition",
]


def page(title, icon: str, name: str, *permissions: str) -> dict:
    """One entry: shown to those who hold one of the permissions."""
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(name),
        "permission": lambda request: any(map(request.user.has_perm, permissions)),
    }


SIDEBAR = [
    {
        "title": _("Customers"),
        "items": [
            {"title": _("Dashboard"), "icon": "dashboard", "link": reverse_lazy("admin:index")},
            page(_("Profiles"), "person_search", "admin:profiles_profile_changelist", "profiles.view_profile"),
            page(_("Segments"), "groups", "admin:profiles_segment_changelist", "profiles.view_segment"),
            page(
                _("Transactions"),
                "receipt_long",
                "admin:transactions_transaction_changelist",
                "transactions.view_transaction",
            ),
            page(
                _("Claims of receipts"),
                "receipt",
                "admin:transactions_transactionclaim_changelist",
                "transactions.view_transactionclaim",
            ),
            page(_("Interactions"), "forum", "admin:profiles_interaction_changelist", "profiles.view_interaction"),
            page(_("Tags"), "sell", "admin:profiles_tag_changelist", "profiles.view_tag"),
            page(_("Locations"), "storefront", "admin:profiles_location_changelist", "profiles.view_location"),
        ],
    },
    {
        "title": _("Incentives"),
        "items": [
            page(_("Benefits"), "redeem", "admin:benefits_benefit_changelist", "benefits.view_benefit"),
            page(
                _("Achievements"),
                "emoji_events",
                "admin:achievements_achievement_changelist",
                "achievements.view_achievement",
            ),
            page(_("Redemptions"), "receipt_long", "admin:benefits_redemption_changelist", "benefits.view_redemption"),
            page(_("Bulk issues"), "group_add", "admin:benefits_benefitbatch_changelist", "benefits.view_benefitbatch"),
            page(_("Cards"), "loyalty", "admin:earning_loyaltycard_changelist", "earning.view_loyaltycard"),
            page(_("Points and money in"), "add_circle", "admin:earning_credit_changelist", "earning.view_credit"),
            page(
                _("Points and money out"), "do_not_disturb_on", "admin:earning_debit_changelist", "earning.view_debit"
            ),
            page(
                _("Payments with points"),
                "payments",
                "admin:earning_balanceredemption_changelist",
                "earning.view_balanceredemption",
            ),
            page(
                _("Orders from the catalogue"),
                "shopping_bag",
                "admin:earning_rewardorder_changelist",
                "earning.view_rewardorder",
            ),
            page(_("Awards"), "emoji_events", "admin:earning_award_changelist", "earning.view_award"),
            page(
                _("Approvals"),
                "pending_actions",
                "admin:earning_adjustment_approvals",
                "earning.approve_award",
                "earning.view_award",
            )
            | {"badge": "earning.admin.inbox.badge"},
        ],
    },
    {
        "title": _("Loyalty setup"),
        "items": [
            page(
                _("Earning rules"), "rule_settings", "admin:earning_earningrule_changelist", "earning.view_earningrule"
            ),
            page(_("Back-tests"), "query_stats", "admin:earning_backtest_changelist", "earning.view_backtest"),
            page(_("Tiers"), "military_tech", "admin:earning_tierdefinition_changelist", "earning.view_tierdefinition"),
            page(
                _("Rewards"),
                "featured_seasonal_and_gifts",
                "admin:earning_rewarddefinition_changelist",
                "earning.view_rewarddefinition",
            ),
            page(
                _("Coupon pools"),
                "confirmation_number",
                "admin:earning_couponpool_changelist",
                "earning.view_couponpool",
            ),
            page(
                _("Point definitions"),
                "toll",
                "admin:earning_pointdefinition_changelist",
                "earning.view_pointdefinition",
            ),
            page(_("Badges"), "workspace_premium", "admin:earning_badge_changelist", "earning.view_badge"),
            page(_("Programs"), "loyalty", "admin:earning_program_changelist", "earning.view_program"),
        ],
    },
    {
        "title": _("Automation"),
        "items": [
            page(_("Reactions"), "bolt", "admin:reactions_reaction_changelist", "reactions.view_reaction"),
            page(
                _("Occurrences"), "event_repeat", "admin:reactions_occurrence_changelist", "reactions.view_occurrence"
            ),
            page(_("Runs"), "play_circle", "admin:reactions_run_changelist", "reactions.view_run"),
            page(_("Targets"), "ads_click", "admin:reactions_target_changelist", "reactions.view_target"),
            page(_("Webhooks"), "webhook", "admin:reactions_webhook_changelist", "reactions.view_webhook"),
            page(_("Deliveries"), "outbox", "admin:reactions_delivery_changelist", "reactions.view_delivery"),
        ],
    },
    {
        "title": _("Settings"),
        "items": [
            page(
                _("Benefit definitions"),
                "card_giftcard",
                "admin:benefits_benefitdefinition_changelist",
                "benefits.view_benefitdefinition",
            ),
            page(
                _("Achievement definitions"),
                "stairs",
                "admin:achievements_achievementdefinition_changelist",
                "achievements.view_achievementdefinition",
            ),
            page(_("Products"), "inventory_2", "admin:transactions_product_changelist", "transactions.view_product"),
            page(_("Brands"), "sell", "admin:transactions_brand_changelist", "transactions.view_brand"),
        ],
    },
    {
        "title": _("Imports & exports"),
        "items": [
            page(
                _("Imports"),
                "upload_file",
                "admin:profiles_profileimport_changelist",
                "profiles.import_profiles",
                "transactions.import_transactions",
            ),
        ],
    },
    {
        "title": _("Administration"),
        "items": [
            page(_("Users"), "manage_accounts", "admin:access_user_changelist", "access.view_user"),
            page(_("Roles"), "shield_person", "admin:access_staffrole_changelist", "access.view_staffrole"),
            page(_("API tokens"), "key", "admin:access_apitoken_changelist", "access.view_apitoken"),
            page(_("Programme settings"), "settings", "admin:access_setting_changelist", "access.view_setting"),
            page(_("Events"), "bolt", "admin:profiles_event_catalogue", "profiles.change_segment"),
            page(_("Audit"), "history", "admin:profiles_event_changelist", "access.view_audit"),
            page(_("Staff"), "badge", "admin:profiles_staffmember_changelist", "profiles.change_staffmember"),
            page(_("Background work"), "manufacturing", "admin:jobs_job_changelist", "jobs.view_job"),
            page(_("Events not handled"), "error", "admin:profiles_unheard_changelist", "jobs.view_job"),
        ],
    },
]
