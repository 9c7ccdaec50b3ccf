"""Account services in this service's own MongoDB, for development, tests and newcomers.

They follow rules ACCOUNT-128 to ACCOUNT-151, so that every flow works without a neighbour.
`users.clients.embedded` offers them under the neighbours' protocols. `manage.py check --deploy` refuses them.
"""
