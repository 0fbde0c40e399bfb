# says: exited 0 without results
import check_in
check_in.tell("verdict \x1b[2J")
