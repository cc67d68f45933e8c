"""What is called from outside. Every function's handler is in here, or loads from here before all else of ours."""

import gc

# A start makes 100 000 objects that all stay: by default Python would look through them a hundred times meanwhile, and
# once through all of them. What requests leave behind in cycles is little, and is collected all the same.
gc.set_threshold(250_000)
