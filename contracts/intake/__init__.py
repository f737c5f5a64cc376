"""Facts that intake publishes 一窗受理: cases, handovers and the directory."""
