"""How much a clinic can have, wherever something is added to it."""

MAX_TAGS = 50
MOST_ADMINS = 1000
LONGEST_SITE_NAME = 200
