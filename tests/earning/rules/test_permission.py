"""Permissions earn once each, or once for all of them."""

from dataclasses import replace

from tests.earning.baskets import (
    earn,
    event,
    reasons,
    rule,
    said,
)


def test_any_permission_earns_once_each_and_all_earn_once():
    granted = event("sms", kind="permission", granted=frozenset({"sms"}))
    any_of = rule("permission", "5", permissions=["sms", "email"])
    all_of = rule("permission", "50", permissions=["sms", "email"], match="all")

    assert earn(any_of, what=granted).awards[0].once == "permission:sms"
    assert said(all_of, what=granted) == "This rule also needs the permission “email”."
    both = replace(granted, granted=frozenset({"sms", "email"}))
    assert [one.once for one in earn(any_of, all_of, what=both).awards] == ["permission:sms", "all"]
    assert reasons(rule("permission", "5", permissions=["post"]), what=granted) == ["event_mismatch"]
