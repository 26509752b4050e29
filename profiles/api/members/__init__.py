"""The member (ID) API (omneo-reference 3.10): the endpoints of one profile, for the customer whose profile it is."""
