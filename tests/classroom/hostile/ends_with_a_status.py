# says: ended by itself with status 7
import sys
sys.exit(7)
