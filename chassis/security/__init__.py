"""Who is calling, what they may do, and how personal particulars are sealed, found again, masked and handed over."""
