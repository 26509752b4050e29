from access.roles import Role

GRANTS = {
    Role.PROGRAM_MANAGER: ["*"],
    # No view_benefitdefinition: staff choose from definitions on the profile page and never see their Settings.
    Role.STORE_STAFF: [
        "view_benefit",
        "view_redemption",
        "issue_benefit",
        "redeem_benefit",
        "extend_benefit",
        "revoke_benefit",
    ],
    Role.ANALYST: ["view_*"],
}
