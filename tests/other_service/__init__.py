"""The service that deployments have today, as it meets us in the database: its documents with all their quirks, its
indexes, and its writes. Everything goes straight to MongoDB, nothing through our services. People and numbers are
invented, from a seed, so that a failure can be repeated.
"""
