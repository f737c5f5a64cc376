"""PostgreSQL for every service: transactions under a scope, the coalescing writer, keyset paging, migrations."""
