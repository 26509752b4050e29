from access.roles import Role

GRANTS = {Role.PROGRAM_MANAGER: ["view_job"], Role.ANALYST: ["view_job"]}
