"""A believable company with three weeks behind it, made through the product's own front door."""
