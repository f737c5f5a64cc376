"""Facts 事实: one row a case, brought up to date by every open event about it, whatever the order they arrive in."""
