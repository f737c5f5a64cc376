"""Facts that petition publishes 信访."""
