"""What every service needs and no service should write itself; nothing here knows the business."""
