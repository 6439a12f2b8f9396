"""What is missing, in which order, and one job from request to take. No Qt."""
