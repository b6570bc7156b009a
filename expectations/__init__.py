"""What must be true at the door of the warehouse and of the figures that leave it."""
