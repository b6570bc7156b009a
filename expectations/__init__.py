"""What must be true of files of answers and of the figures that leave the warehouse."""
