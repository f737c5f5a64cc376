"""What can keep the embedded PostgreSQL from serving."""


class ClusterError(RuntimeError):
    """The server of a home cannot be had; the message says what to do about it."""


class HomeInUse(ClusterError):
    """Another process that is alive owns the server of this home."""


class PasswordRefused(ClusterError):
    """A server runs on the home's data but does not take the password kept in the home."""
