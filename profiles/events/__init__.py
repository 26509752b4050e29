"""Which events there are: each is declared once, and timeline, audit, API and docs read it here."""
