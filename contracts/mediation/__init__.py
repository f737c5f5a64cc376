"""Facts that mediation publishes 人民调解."""
