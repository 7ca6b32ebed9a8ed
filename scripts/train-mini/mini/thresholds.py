"""Where the transformer's first layer divides what the text says."""

# A value up to NO is none, from YES on the edit is asked for; between them it would be done by half.
NO, YES = 0.38, 0.48
# A degree up to SLIGHT, in size, is none, from FULL on it is one.
SLIGHT, FULL = 0.45, 0.55
