"""Small pages in place of a web app, at the addresses that mails link to.

They are there only while no web app is configured and accounts are embedded (settings.OWN_PAGES). They work without
script, and do nothing but call the operations of the API, whose rules, limits and records therefore hold for them.
"""
