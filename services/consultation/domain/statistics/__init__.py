"""Statistics that say how sure they are, and tables that say nothing of one person. Numbers in, numbers out."""
