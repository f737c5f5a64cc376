"""The working-day calendar: rows of the State Council's yearly notices, and the statutory days of years without one."""
