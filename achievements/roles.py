from access.roles import Role

GRANTS = {
    Role.PROGRAM_MANAGER: ["*"],
    # No view_achievementdefinition: staff choose from definitions on the profile page and never see their Settings.
    Role.STORE_STAFF: ["view_achievement", "progress_achievement"],
    Role.ANALYST: ["view_*"],
}
