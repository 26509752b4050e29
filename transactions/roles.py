from access.roles import Role

GRANTS = {
    Role.PROGRAM_MANAGER: ["*"],
    Role.STORE_STAFF: [
        "view_transaction",
        "view_transactionitem",
        "view_payment",
        "view_transactionclaim",
        "view_aggregation",
        "claim_transaction",
    ],
    Role.ANALYST: ["view_*"],
}
