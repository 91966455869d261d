"""Making trouble on purpose, and showing by the product's own rows that nothing is lost."""
