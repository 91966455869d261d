"""What speaks HTTP: pages for members and candidates (Django), and the door for webhooks."""
