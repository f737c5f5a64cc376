"""The embedded run: PostgreSQL started by us, and the four services in one process beside it.

`cluster` starts, adopts, recovers and stops the server of one home; `databases` gives each service its database and its
two roles. Everything a home needs lies below it; where that cannot be (root's own folders, long paths), a symbolic link
stands in it.
"""
