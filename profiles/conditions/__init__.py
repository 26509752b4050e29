"""Questions about customers, asked without code: JSON Logic over facts, evaluated, compiled to SQL and explained."""
