from access.roles import Role

GRANTS = {Role.PROGRAM_MANAGER: ["*"], Role.ANALYST: ["view_*"]}
