"""Opinion groups: who votes alike, what tells groups apart, and how far one can trust it. Numbers in, numbers out."""
