"""Who reaches which page of the back office: role × page × reading and writing.

The table says it for every page that is registered: first who may read (GET), then who may send (POST). A page that is not
in the table fails, so that nobody adds a door without saying whom it lets in. Refused is 403, and nothing else.
"""

from collections.abc import Callable

import pytest
from django.contrib import admin
from django.db import transaction
from django.template.response import SimpleTemplateResponse
from django.test import Client
from django.urls import NoReverseMatch, reverse

from access.roles import Role
from tests.conftest import person

LETTERS = {
    "A": Role.ADMINISTRATOR,
    "M": Role.PROGRAM_MANAGER,
    "S": Role.STORE_STAFF,
    "N": Role.ANALYST,
    "I": Role.INTEGRATION,
}

TABLE: dict[str, tuple[str, str]] = {
    # page: (who may read, who may send)
    "access_apitoken_add": ("A", "A"),
    "access_apitoken_change": ("A", ""),
    "access_apitoken_changelist": ("A", "A"),
    "access_apitoken_delete": ("", ""),
    "access_apitoken_history": ("A", "A"),
    "access_apitoken_revoke": ("A", "A"),
    "access_setting_add": ("A", "A"),
    "access_setting_change": ("A", "A"),
    "access_setting_changelist": ("A", "A"),
    "access_setting_delete": ("A", "A"),
    "access_setting_history": ("A", "A"),
    "access_staffrole_add": ("A", "A"),
    "access_staffrole_change": ("A", "A"),
    "access_staffrole_changelist": ("A", "A"),
    "access_staffrole_delete": ("A", "A"),
    "access_staffrole_history": ("A", "A"),
    "access_user_add": ("A", "A"),
    "access_user_change": ("A", "A"),
    "access_user_changelist": ("A", "A"),
    "access_user_delete": ("A", "A"),
    "access_user_history": ("A", "A"),
    "auth_user_password_change": ("A", "A"),
    "achievements_achievement_add": ("", ""),
    "achievements_achievement_change": ("AMSN", ""),
    "achievements_achievement_changelist": ("AMSN", "AMSN"),
    "achievements_achievement_correct": ("AM", "AM"),
    "achievements_achievement_delete": ("", ""),
    "achievements_achievement_history": ("AMSN", "AMSN"),
    "achievements_achievement_progress": ("AMS", "AMS"),
    "achievements_achievementdefinition_add": ("AM", "AM"),
    "achievements_achievementdefinition_change": ("AMN", "AM"),
    "achievements_achievementdefinition_changelist": ("AMN", "AMN"),
    "achievements_achievementdefinition_delete": ("AM", "AM"),
    "achievements_achievementdefinition_duplicate": ("AM", "AM"),
    "achievements_achievementdefinition_export": ("AMN", "AMN"),
    "achievements_achievementdefinition_facts": ("AMN", "AMN"),
    "achievements_achievementdefinition_history": ("AMN", "AMN"),
    "achievements_achievementdefinition_import": ("AM", "AM"),
    "achievements_achievementdefinition_preview": ("AM", "AM"),
    "achievements_achievementdefinition_process_import": ("", "AM"),
    "achievements_achievementdefinition_recipes": ("AM", "AM"),
    "achievements_achievementdefinition_recount": ("AM", "AM"),
    "achievements_achievementdefinition_retire": ("AM", "AM"),
    "achievements_achievementdefinition_simple_history": ("AMN", "AMN"),
    "achievements_achievementdefinition_unretire": ("AM", "AM"),
    "benefits_benefit_add": ("", ""),
    "benefits_benefit_change": ("AMSN", ""),
    "benefits_benefit_changelist": ("AMSN", "AMSN"),
    "benefits_benefit_claim": ("AMS", "AMS"),
    "benefits_benefit_claimable": ("AMSN", "AMSN"),
    "benefits_benefit_delete": ("", ""),
    "benefits_benefit_export": ("AMN", "AMN"),
    "benefits_benefit_extend": ("AMS", "AMS"),
    "benefits_benefit_history": ("AMSN", "AMSN"),
    "benefits_benefit_import": ("AM", "AM"),
    "benefits_benefit_issue": ("AMS", "AMS"),
    "benefits_benefit_offer": ("AMS", "AMS"),
    "benefits_benefit_process_import": ("", "AM"),
    "benefits_benefit_redeem": ("AMS", "AMS"),
    "benefits_benefit_revoke": ("AMS", "AMS"),
    "benefits_benefitbatch_add": ("", ""),
    "benefits_benefitbatch_change": ("AMN", ""),
    "benefits_benefitbatch_changelist": ("AMN", "AMN"),
    "benefits_benefitbatch_delete": ("", ""),
    "benefits_benefitbatch_history": ("AMN", "AMN"),
    "benefits_benefitbatch_progress": ("AMN", "AMN"),
    "benefits_benefitbatch_stop": ("AM", "AM"),
    "benefits_benefitdefinition_add": ("AM", "AM"),
    "benefits_benefitdefinition_archive": ("AM", "AM"),
    "benefits_benefitdefinition_change": ("AMN", "AM"),
    "benefits_benefitdefinition_changelist": ("AMN", "AMN"),
    "benefits_benefitdefinition_delete": ("AM", "AM"),
    "benefits_benefitdefinition_duplicate": ("AM", "AM"),
    "benefits_benefitdefinition_export": ("AMN", "AMN"),
    "benefits_benefitdefinition_history": ("AMN", "AMN"),
    "benefits_benefitdefinition_import": ("AM", "AM"),
    "benefits_benefitdefinition_issue_many": ("AM", "AM"),
    "benefits_benefitdefinition_preview": ("AM", "AM"),
    "benefits_benefitdefinition_process_import": ("", "AM"),
    "benefits_benefitdefinition_restore": ("AM", "AM"),
    "benefits_benefitdefinition_simple_history": ("AMN", "AMN"),
    "benefits_redemption_add": ("", ""),
    "benefits_redemption_change": ("AMSN", ""),
    "benefits_redemption_changelist": ("AMSN", "AMSN"),
    "benefits_redemption_delete": ("", ""),
    "benefits_redemption_export": ("AMN", "AMN"),
    "benefits_redemption_history": ("AMSN", "AMSN"),
    "benefits_redemption_reverse": ("AMS", "AMS"),
    "earning_backtest_add": ("", ""),
    "earning_backtest_begin": ("AM", "AM"),
    "earning_backtest_change": ("AMN", ""),
    "earning_backtest_changelist": ("AMN", "AMN"),
    "earning_backtest_delete": ("", ""),
    "earning_backtest_history": ("AMN", "AMN"),
    "earning_backtest_progress": ("AMN", "AMN"),
    "earning_backtest_stop": ("AM", "AM"),
    "earning_badge_add": ("AM", "AM"),
    "earning_badge_change": ("AMN", "AM"),
    "earning_badge_changelist": ("AMN", "AMN"),
    "earning_badge_delete": ("AM", "AM"),
    "earning_badge_history": ("AMN", "AMN"),
    "earning_couponpool_add": ("AM", "AM"),
    "earning_couponpool_bring_codes": ("AM", "AM"),
    "earning_couponpool_change": ("AMN", "AM"),
    "earning_couponpool_changelist": ("AMN", "AMN"),
    "earning_couponpool_codes_as_file": ("AM", "AM"),
    "earning_couponpool_delete": ("AM", "AM"),
    "earning_couponpool_history": ("AMN", "AMN"),
    "earning_couponpool_make_codes": ("AM", "AM"),
    "earning_pointdefinition_add": ("AM", "AM"),
    "earning_pointdefinition_change": ("AMN", "AM"),
    "earning_pointdefinition_changelist": ("AMN", "AMN"),
    "earning_pointdefinition_delete": ("AM", "AM"),
    "earning_pointdefinition_history": ("AMN", "AMN"),
    "earning_pointdefinition_simple_history": ("AMN", "AMN"),
    "earning_earningrule_activate": ("AM", "AM"),
    "earning_earningrule_add": ("AM", "AM"),
    "earning_earningrule_archive": ("AM", "AM"),
    "earning_earningrule_change": ("AMN", "AM"),
    "earning_earningrule_changelist": ("AMN", "AMN"),
    "earning_earningrule_deactivate": ("AM", "AM"),
    "earning_earningrule_delete": ("AM", "AM"),
    "earning_earningrule_duplicate": ("AM", "AM"),
    "earning_earningrule_export": ("AMN", "AMN"),
    "earning_earningrule_history": ("AMN", "AMN"),
    "earning_earningrule_import_rules": ("AM", "AM"),
    "earning_earningrule_preview": ("AM", "AM"),
    "earning_earningrule_restore": ("AM", "AM"),
    "earning_earningrule_simulate": ("AMN", "AMN"),
    "earning_earningrule_suggest": ("AMN", "AMN"),
    "earning_earningrule_version": ("AMN", "AM"),
    "earning_program_add": ("AM", "AM"),
    "earning_program_change": ("AMN", "AM"),
    "earning_program_changelist": ("AMN", "AMN"),
    "earning_program_choose": ("", "AMSN"),
    "earning_program_delete": ("AM", "AM"),
    "earning_program_history": ("AMN", "AMN"),
    "earning_program_make_default": ("AM", "AM"),
    "earning_program_simple_history": ("AMN", "AMN"),
    "earning_rewarddefinition_add": ("AM", "AM"),
    "earning_rewarddefinition_archive": ("AM", "AM"),
    "earning_rewarddefinition_change": ("AMN", "AM"),
    "earning_rewarddefinition_changelist": ("AMN", "AMN"),
    "earning_rewarddefinition_delete": ("AM", "AM"),
    "earning_rewarddefinition_history": ("AMN", "AMN"),
    "earning_rewarddefinition_restore": ("AM", "AM"),
    "earning_rewarddefinition_simple_history": ("AMN", "AMN"),
    "earning_tierdefinition_add": ("AM", "AM"),
    "earning_tierdefinition_change": ("AMN", "AM"),
    "earning_tierdefinition_changelist": ("AMN", "AMN"),
    "earning_tierdefinition_delete": ("AM", "AM"),
    "earning_tierdefinition_history": ("AMN", "AMN"),
    "earning_tierdefinition_simple_history": ("AMN", "AMN"),
    "earning_adjustment_add": ("", ""),
    "earning_adjustment_approvals": ("AMN", "AM"),
    "earning_adjustment_change": ("AMSN", ""),
    "earning_adjustment_changelist": ("AMSN", "AMSN"),
    "earning_adjustment_delete": ("", ""),
    "earning_adjustment_history": ("AMSN", "AMSN"),
    "earning_award_add": ("", ""),
    "earning_award_change": ("AMN", ""),
    "earning_award_changelist": ("AMN", "AMN"),
    "earning_award_delete": ("", ""),
    "earning_award_history": ("AMN", "AMN"),
    "earning_balanceredemption_add": ("", ""),
    "earning_balanceredemption_change": ("AMSN", ""),
    "earning_balanceredemption_changelist": ("AMSN", "AMSN"),
    "earning_balanceredemption_delete": ("", ""),
    "earning_balanceredemption_history": ("AMSN", "AMSN"),
    "earning_balanceredemption_reverse": ("AMS", "AMS"),
    "earning_credit_add": ("", ""),
    "earning_credit_block": ("AM", "AM"),
    "earning_credit_change": ("AMSN", ""),
    "earning_credit_changelist": ("AMSN", "AMSN"),
    "earning_credit_delete": ("", ""),
    "earning_credit_extend": ("AMS", "AMS"),
    "earning_credit_history": ("AMSN", "AMSN"),
    "earning_credit_unblock": ("AM", "AM"),
    "earning_debit_add": ("", ""),
    "earning_debit_change": ("AMSN", ""),
    "earning_debit_changelist": ("AMSN", "AMSN"),
    "earning_debit_delete": ("", ""),
    "earning_debit_history": ("AMSN", "AMSN"),
    "earning_loyaltycard_add": ("", ""),
    "earning_loyaltycard_adjust": ("AMS", "AMS"),
    "earning_loyaltycard_assign": ("AM", "AM"),
    "earning_loyaltycard_catalogue": ("AMS", "AMS"),
    "earning_loyaltycard_change": ("AMSN", ""),
    "earning_loyaltycard_changelist": ("AMSN", "AMSN"),
    "earning_loyaltycard_delete": ("", ""),
    "earning_loyaltycard_give": ("AMS", "AMS"),
    "earning_loyaltycard_history": ("AMSN", "AMSN"),
    "earning_loyaltycard_open": ("AM", "AM"),
    "earning_loyaltycard_pay": ("AMS", "AMS"),
    "earning_loyaltycard_spend": ("AMS", "AMS"),
    "earning_loyaltycard_status": ("AM", "AM"),
    "earning_loyaltycard_transfer": ("AMS", "AMS"),
    "earning_loyaltycard_why_not": ("AMN", "AMN"),
    "earning_rewardorder_add": ("", ""),
    "earning_rewardorder_cancel": ("AMS", "AMS"),
    "earning_rewardorder_change": ("AMSN", ""),
    "earning_rewardorder_changelist": ("AMSN", "AMSN"),
    "earning_rewardorder_delete": ("", ""),
    "earning_rewardorder_history": ("AMSN", "AMSN"),
    "index": ("AMSNI", "AMSNI"),
    "search": ("AMSNI", "AMSNI"),
    "jobs_job_add": ("", ""),
    "jobs_job_change": ("AMN", ""),
    "jobs_job_changelist": ("AMN", "AMN"),
    "jobs_job_delete": ("", ""),
    "jobs_job_history": ("AMN", "AMN"),
    "profiles_event_add": ("", ""),
    "profiles_event_catalogue": ("AM", ""),
    "profiles_event_change": ("A", ""),
    "profiles_event_changelist": ("A", "A"),
    "profiles_event_delete": ("", ""),
    "profiles_event_history": ("A", "A"),
    "profiles_export": ("AMN", "AMN"),
    "profiles_interaction_add": ("", ""),
    "profiles_interaction_change": ("AMSN", ""),
    "profiles_interaction_changelist": ("AMSN", "AMSN"),
    "profiles_interaction_delete": ("", ""),
    "profiles_interaction_history": ("AMSN", "AMSN"),
    "profiles_location_add": ("AM", "AM"),
    "profiles_location_change": ("AMSN", "AM"),
    "profiles_location_changelist": ("AMSN", "AMSN"),
    "profiles_location_delete": ("AM", "AM"),
    "profiles_location_history": ("AMSN", "AMSN"),
    "profiles_profile_add": ("AMS", "AMS"),
    "profiles_profile_belonging_add": ("AMS", "AMS"),
    "profiles_profile_belonging_edit": ("AMS", "AMS"),
    "profiles_profile_belonging_remove": ("AM", "AM"),
    "profiles_profile_change": ("AMSN", "AMSN"),
    "profiles_profile_changelist": ("AMSN", "AMSN"),
    "profiles_profile_delete": ("", ""),
    "profiles_profile_edit": ("AMSN", "AMS"),
    "profiles_profile_erase": ("AM", "AM"),
    "profiles_profile_export": ("AM", "AM"),
    "profiles_profile_history": ("AMSN", "AMSN"),
    "profiles_profile_merge": ("AM", "AM"),
    "profiles_profile_merge_confirm": ("AM", "AM"),
    "profiles_profile_note_add": ("", "AMS"),
    "profiles_profile_note_delete": ("", "AM"),
    "profiles_profile_note_pin": ("", "AMS"),
    "profiles_profile_tag_remove": ("", "AMS"),
    "profiles_profile_tags_add": ("", "AMS"),
    "profiles_profileimport_add": ("AM", "AM"),
    "profiles_profileimport_cancel": ("", "AM"),
    "profiles_profileimport_change": ("AM", "AM"),
    "profiles_profileimport_changelist": ("AM", "AM"),
    "profiles_profileimport_columns": ("AM", "AM"),
    "profiles_profileimport_delete": ("", ""),
    "profiles_profileimport_history": ("AM", "AM"),
    "profiles_profileimport_progress": ("AM", "AM"),
    "profiles_profileimport_refused": ("AM", "AM"),
    "profiles_profileimport_remove": ("", "AM"),
    "profiles_profileimport_run": ("", "AM"),
    "profiles_profileimport_sample": ("AM", "AM"),
    "profiles_staffmember_add": ("AM", "AM"),
    "profiles_staffmember_change": ("AMSN", "AM"),
    "profiles_staffmember_changelist": ("AMSN", "AMSN"),
    "profiles_staffmember_delete": ("AM", "AM"),
    "profiles_staffmember_history": ("AMSN", "AMSN"),
    "condition_facts": ("AMSN", "AMSN"),
    "condition_preview": ("AMSN", "AMSN"),
    "profiles_segment_add": ("AM", "AM"),
    "profiles_segment_change": ("AMSN", "AM"),
    "profiles_segment_issue_to_segment": ("AM", "AM"),
    "profiles_segment_show_customers": ("AMSN", "AMSN"),
    "profiles_segment_simple_history": ("AMSN", "AMSN"),
    "profiles_segment_changelist": ("AMSN", "AMSN"),
    "profiles_segment_delete": ("AM", "AM"),
    "profiles_segment_history": ("AMSN", "AMSN"),
    "profiles_tag_add": ("AMS", "AMS"),
    "profiles_tag_change": ("AMSN", "AM"),
    "profiles_tag_changelist": ("AMSN", "AMSN"),
    "profiles_tag_delete": ("AM", "AM"),
    "profiles_tag_history": ("AMSN", "AMSN"),
    "profiles_unheard_add": ("", ""),
    "profiles_unheard_change": ("AMN", ""),
    "profiles_unheard_changelist": ("AMN", "AMN"),
    "profiles_unheard_delete": ("", ""),
    "profiles_unheard_history": ("AMN", "AMN"),
    "reactions_delivery_add": ("", ""),
    "reactions_delivery_change": ("AMN", ""),
    "reactions_delivery_changelist": ("AMN", "AMN"),
    "reactions_delivery_delete": ("", ""),
    "reactions_delivery_history": ("AMN", "AMN"),
    "reactions_delivery_replay": ("AM", "AM"),
    "reactions_occurrence_add": ("", ""),
    "reactions_occurrence_change": ("AMN", ""),
    "reactions_occurrence_changelist": ("AMN", "AMN"),
    "reactions_occurrence_delete": ("", ""),
    "reactions_occurrence_history": ("AMN", "AMN"),
    "reactions_occurrence_pause": ("AM", "AM"),
    "reactions_occurrence_progress": ("AMN", "AMN"),
    "reactions_occurrence_resume": ("AM", "AM"),
    "reactions_reaction_add": ("AM", "AM"),
    "reactions_reaction_change": ("AMN", "AM"),
    "reactions_reaction_changelist": ("AMN", "AMN"),
    "reactions_reaction_delete": ("AM", "AM"),
    "reactions_reaction_dry_run": ("AMN", "AMN"),
    "reactions_reaction_duplicate": ("AM", "AM"),
    "reactions_reaction_export": ("AMN", "AMN"),
    "reactions_reaction_facts": ("AMN", "AMN"),
    "reactions_reaction_history": ("AMN", "AMN"),
    "reactions_reaction_import": ("AM", "AM"),
    "reactions_reaction_import_one": ("AM", "AM"),
    "reactions_reaction_preview": ("AM", "AM"),
    "reactions_reaction_recipes": ("AM", "AM"),
    "reactions_reaction_run_now": ("AM", "AM"),
    "reactions_reaction_simple_history": ("AMN", "AMN"),
    "reactions_reaction_why_not": ("AMN", "AMN"),
    "reactions_run_add": ("", ""),
    "reactions_run_change": ("AMN", ""),
    "reactions_run_changelist": ("AMN", "AMN"),
    "reactions_run_delete": ("", ""),
    "reactions_run_history": ("AMN", "AMN"),
    "reactions_run_replay": ("AM", "AM"),
    "reactions_target_add": ("AM", "AM"),
    "reactions_target_change": ("AMN", "AM"),
    "reactions_target_changelist": ("AMN", "AMN"),
    "reactions_target_delete": ("AM", "AM"),
    "reactions_target_history": ("AMN", "AMN"),
    "reactions_target_log": ("AMN", "AMN"),
    "reactions_target_preview": ("AM", "AM"),
    "reactions_target_simple_history": ("AMN", "AMN"),
    "reactions_target_test": ("AM", "AM"),
    "reactions_webhook_add": ("AM", "AM"),
    "reactions_webhook_change": ("AMN", "AM"),
    "reactions_webhook_changelist": ("AMN", "AMN"),
    "reactions_webhook_delete": ("AM", "AM"),
    "reactions_webhook_facts": ("AMN", "AMN"),
    "reactions_webhook_history": ("AMN", "AMN"),
    "reactions_webhook_log": ("AMN", "AMN"),
    "reactions_webhook_preview": ("AM", "AM"),
    "reactions_webhook_resume": ("AM", "AM"),
    "reactions_webhook_simple_history": ("AMN", "AMN"),
    "reactions_webhook_test": ("AM", "AM"),
    "transactions_brand_add": ("AM", "AM"),
    "transactions_brand_change": ("AMN", "AM"),
    "transactions_brand_changelist": ("AMN", "AMN"),
    "transactions_brand_delete": ("AM", "AM"),
    "transactions_brand_history": ("AMN", "AMN"),
    "transactions_product_add": ("AM", "AM"),
    "transactions_product_change": ("AMN", "AM"),
    "transactions_product_changelist": ("AMN", "AMN"),
    "transactions_product_delete": ("AM", "AM"),
    "transactions_product_history": ("AMN", "AMN"),
    "transactions_system_add": ("AM", "AM"),
    "transactions_system_change": ("AMN", "AM"),
    "transactions_system_changelist": ("AMN", "AMN"),
    "transactions_system_delete": ("AM", "AM"),
    "transactions_system_history": ("AMN", "AMN"),
    "transactions_transaction_add": ("", ""),
    "transactions_transaction_change": ("AMSN", ""),
    "transactions_transaction_changelist": ("AMSN", "AMSN"),
    "transactions_transaction_claim": ("AMS", "AMS"),
    "transactions_transaction_delete": ("", ""),
    "transactions_transaction_history": ("AMSN", "AMSN"),
    "transactions_transaction_void": ("AM", "AM"),
    "transactions_transactionclaim_add": ("", ""),
    "transactions_transactionclaim_change": ("AMSN", ""),
    "transactions_transactionclaim_changelist": ("AMSN", "AMSN"),
    "transactions_transactionclaim_delete": ("", ""),
    "transactions_transactionclaim_history": ("AMSN", "AMSN"),
}

# Pages before signing in, or about oneself.
OPEN = {"login", "logout", "jsi18n", "password_change", "password_change_done"}
# Pages that show whatever one may see, or ask another page's permission: of an app, of a list to choose from, of a row.
ASKING_OTHERS = {"app_list", "autocomplete", "view_on_site"}
REFUSED = {403, 405}

# What stands in the address of a page: the keyword there, and the kind of World (or what is made of it).
ARGUMENTS: dict[str, Callable] = {
    "note_id": lambda world: world.more("note", 2).pk,
    "tag_id": lambda world: world.more("member_tag", 2).pk,
    "row_id": lambda world: world.more("address", 2).pk,
    "kind": lambda world: "address",
    "handle": lambda world: "profiles",
    "loser_id": lambda world: world.more("profile", 2).pk,
    "profile_id": lambda world: world.member.pk,
    "definition_id": lambda world: world.coffee.pk,
    "batch_id": lambda world: world.more("batch", 1).pk,
    "id": lambda world: world.more("user", 1).pk,
    "number": lambda world: 1,
}
OBJECTS = {
    "achievements_achievement": "achievement",
    "achievements_achievementdefinition": "goal",
    "access_apitoken": "token",
    "access_setting": "setting",
    "access_staffrole": "role",
    "access_user": "user",
    "benefits_benefit": "benefit",
    "benefits_benefitbatch": "batch",
    "benefits_benefitdefinition": "definition",
    "benefits_redemption": "redemption",
    "earning_backtest": "backtest",
    "earning_badge": "badge",
    "earning_couponpool": "coupon_pool",
    "earning_earningrule": "earning_rule",
    "earning_pointdefinition": "point_definition",
    "earning_program": "program",
    "earning_rewarddefinition": "reward_definition",
    "earning_tierdefinition": "tier",
    "earning_adjustment": "approval",
    "earning_award": "award",
    "earning_balanceredemption": "payment",
    "earning_credit": "credit",
    "earning_debit": "debit",
    "earning_loyaltycard": "full_card",
    "earning_rewardorder": "order",
    "jobs_job": "job",
    "profiles_event": "event",
    "profiles_interaction": "interaction",
    "profiles_location": "location",
    "profiles_profile": "member",
    "profiles_profileimport": "profile_import",
    "profiles_staffmember": "staff_member",
    "profiles_segment": "segment",
    "profiles_tag": "tag",
    "profiles_unheard": "unheard",
    "reactions_delivery": "delivery",
    "reactions_occurrence": "occurrence",
    "reactions_reaction": "reaction",
    # Only automations are run by hand.
    "reactions_reaction_run": "automation",
    "reactions_run": "run",
    "reactions_target": "target",
    "reactions_webhook": "webhook",
    "transactions_brand": "brand",
    "transactions_product": "product",
    "transactions_system": "system",
    "transactions_transaction": "sale",
    "transactions_transactionclaim": "claim",
}


def pages() -> dict[str, list[str]]:
    """Every named page of the back office, with the names of what stands in its address; "?" where it has none."""
    found: dict[str, list[str]] = {}
    for one in admin.site.urls[0]:
        for pattern in getattr(one, "url_patterns", [one]):
            regex = pattern.pattern.regex
            if pattern.name:
                found.setdefault(pattern.name, list(regex.groupindex) or ["?"] * regex.groups)
    return found


def address_of(name: str, world) -> str:
    keywords = pages()[name]
    if keywords == ["?", "?"]:
        model = name.removesuffix("_simple_history")
        row = world.more(OBJECTS[model], 1)
        return reverse(f"admin:{name}", args=[row.pk, row.history.first().pk])
    values = {}
    for keyword in keywords:
        if keyword == "object_id":
            model = max((one for one in OBJECTS if name.startswith(f"{one}_")), key=len)
            values[keyword] = world.more(OBJECTS[model], 1).pk
        elif keyword in ARGUMENTS:
            values[keyword] = ARGUMENTS[keyword](world)
    try:
        return reverse(f"admin:{name}", kwargs=values)
    except NoReverseMatch as error:
        raise AssertionError(f"Say in ARGUMENTS what stands in the address of {name}: {error}") from error


def is_let_in(client: Client, method: str, address: str) -> bool:
    """Ask, undo, and say whether the answer was anything but a refusal."""
    with transaction.atomic():
        answer = getattr(client, method)(address)
        transaction.set_rollback(True)
    assert answer.status_code < 500
    assert answer.status_code != 404, f"There is no {address}."
    assert "/login/" not in answer.headers.get("Location", "")
    return answer.status_code not in REFUSED


@pytest.fixture(scope="module")
def signed_in(made_once) -> dict[str, Client]:
    clients = {}
    for letter, role in LETTERS.items():
        clients[letter] = Client()
        clients[letter].force_login(person(f"Somebody{letter}", role))
    return clients


@pytest.fixture
def browsers(db, signed_in) -> dict[str, Client]:
    return signed_in


def test_every_page_is_in_the_table():
    assert sorted(pages().keys() - OPEN - ASKING_OTHERS - TABLE.keys()) == []


def test_the_table_names_no_page_that_is_gone():
    assert sorted(TABLE.keys() - pages().keys()) == []


@pytest.mark.parametrize("name", TABLE)
def test_a_page_lets_in_whom_the_table_says(name, browsers, world, monkeypatch):
    # What the pages look like is tried elsewhere; drawing them ten times each would take minutes.
    monkeypatch.setattr(SimpleTemplateResponse, "rendered_content", "")
    address = address_of(name, world)
    let_in = tuple(
        "".join(letter for letter, client in browsers.items() if is_let_in(client, method, address))
        for method in ("get", "post")
    )
    assert let_in == TABLE[name]


def test_choosing_from_a_list_asks_for_its_permission(browsers):
    asked = {"app_label": "access", "model_name": "apitoken", "field_name": "user", "term": "a"}
    for letter in "SNI":
        assert browsers[letter].get(reverse("admin:autocomplete"), asked).status_code == 403
