"""What is taught: modules and lessons, who has joined and finished them, and the hours they earn."""
