# says: exited 0 without results
