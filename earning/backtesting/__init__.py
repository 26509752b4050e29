"""Back-tests: a draft rule over the purchases of past days, compared with the live rules, before anybody earns by it (behaviour.md 10)."""
