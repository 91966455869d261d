"""Pure Python that knows neither Django nor the database: clock, ids, phones, zones, predicates."""
