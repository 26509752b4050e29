from access.roles import Role

GRANTS = {
    Role.PROGRAM_MANAGER: ["*"],
    # No view_program: staff see cards and what is on them, never the Settings.
    Role.STORE_STAFF: [
        "view_loyaltycard",
        "view_balance",
        "view_credit",
        "view_debit",
        "view_adjustment",
        "adjust_points",
        "spend_points",
        "transfer_points",
        "view_rewardorder",
        "order_reward",
        "view_balanceredemption",
        "redeem_balance",
        "issue_reward",
        "extend_reward",
    ],
    Role.ANALYST: ["view_*"],
}
