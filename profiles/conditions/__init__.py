"""Questions about customers, asked without code: JSON Logic over facts, evaluated, compiled to SQL and explained.

`condition.Condition` asks them; `evaluating.evaluate` runs any JSON Logic over any data. Facts are declared in `facts`.
"""
