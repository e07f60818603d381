package interp

// WorkerMain is the role "worker".
func WorkerMain() int { return 2 }
