"""A believable company with eight weeks behind it, made through the product's own front door."""
