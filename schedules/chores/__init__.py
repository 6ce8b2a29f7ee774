"""What happens by itself at set times, one file each: ``chore(..)`` makes it for the queue.

Each is one short transaction and harmless when repeated; one bad item does not stop the others.
"""

