from access.roles import Role

GRANTS = {
    Role.PROGRAM_MANAGER: ["*"],
    Role.STORE_STAFF: [
        *["view_*", "add_profile", "change_profile"],
        *[f"{verb}_{model}" for verb in ("add", "change") for model in ("address", "identity", "note", "interaction")],
        *["add_tag", "change_customattribute", "add_customattribute"],
    ],
    Role.ANALYST: ["view_*", "export_profiles"],
}
